"""MobileNetV3 (https://arxiv.org/abs/1905.02244), dilated for segmentation."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmcv.cnn.bricks.conv2d_adaptive_padding import Conv2dAdaptivePadding
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import InvertedResidualV3

from .base_backbone import BaseBackbone
from .pretrained import CONVOLUTIONAL_INIT

# Kernel, width in the middle, channels, squeeze and excitation, activation, stride of each block.
_SMALL = (
    (3, 16, 16, True, 'ReLU', 2),
    (3, 72, 24, False, 'ReLU', 2),
    (3, 88, 24, False, 'ReLU', 1),
    (5, 96, 40, True, 'HSwish', 2),
    (5, 240, 40, True, 'HSwish', 1),
    (5, 240, 40, True, 'HSwish', 1),
    (5, 120, 48, True, 'HSwish', 1),
    (5, 144, 48, True, 'HSwish', 1),
    (5, 288, 96, True, 'HSwish', 2),
    (5, 576, 96, True, 'HSwish', 1),
    (5, 576, 96, True, 'HSwish', 1),
)
_LARGE = (
    (3, 16, 16, False, 'ReLU', 1),
    (3, 64, 24, False, 'ReLU', 2),
    (3, 72, 24, False, 'ReLU', 1),
    (5, 72, 40, True, 'ReLU', 2),
    (5, 120, 40, True, 'ReLU', 1),
    (5, 120, 40, True, 'ReLU', 1),
    (3, 240, 80, False, 'HSwish', 2),
    (3, 200, 80, False, 'HSwish', 1),
    (3, 184, 80, False, 'HSwish', 1),
    (3, 184, 80, False, 'HSwish', 1),
    (3, 480, 112, True, 'HSwish', 1),
    (3, 672, 112, True, 'HSwish', 1),
    (5, 672, 160, True, 'HSwish', 2),
    (5, 960, 160, True, 'HSwish', 1),
    (5, 960, 160, True, 'HSwish', 1),
)


@BACKBONES.register_module()
class MobileNetV3(BaseBackbone):
    """MobileNetV3; maps (N, 3, H, W) to a list of feature maps, at 1/2 to 1/8 of the size.

    Its last two strided blocks do not stride; from the first of them on convolutions have dilation 2, from the second
    on dilation 4.

    Args:
        arch: 'small' or 'large'.
        conv_cfg, norm_cfg: configs of the layers.
        out_indices: layers whose output is returned: 0 the first convolution, then the 11 or 15 blocks, then the last
            convolution.
        frozen_stages: the first layer and this many further ones are neither trained nor in training mode; -1 for none.
        reduction_factor: by how much the last three blocks are narrower.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: an argument is out of range.
    """

    default_init_cfg = CONVOLUTIONAL_INIT
    arch_settings = {'small': _SMALL, 'large': _LARGE}
    # From which layer on the last blocks are narrower, and the first two that no longer stride.
    _turns = {'small': (9, 4, 9), 'large': (13, 7, 13)}

    def __init__(
        self,
        arch: str = 'small',
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        out_indices: Sequence[int] = (0, 1, 12),
        frozen_stages: int = -1,
        reduction_factor: int = 1,
        norm_eval: bool = False,
        with_cp: bool = False,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp, frozen_stages=frozen_stages)
        if arch not in self.arch_settings:
            raise ValueError(f"MobileNetV3: arch is {arch!r}; use 'small' or 'large'")
        last = len(self.arch_settings[arch]) + 1
        if not isinstance(reduction_factor, int) or reduction_factor < 1:
            raise ValueError(f'MobileNetV3: reduction_factor is {reduction_factor!r}; use an integer of at least 1')
        if any(index not in range(last + 1) for index in out_indices):
            raise ValueError(f'MobileNetV3: out_indices is {out_indices}; use 0 to {last}')
        if frozen_stages not in range(-1, last + 1):
            raise ValueError(f'MobileNetV3: frozen_stages is {frozen_stages}; use -1 to {last}')
        self.arch = arch
        self.conv_cfg, self.norm_cfg = conv_cfg, norm_cfg
        self.out_indices = out_indices
        self.reduction_factor = reduction_factor
        self.layers = self._make_layer()
        self._freeze_stages()

    def _make_layer(self) -> list[str]:
        narrower, second, fourth = self._turns[self.arch]
        layers: list[nn.Module] = [ConvModule(
            3, 16, 3, stride=2, padding=1, conv_cfg=dict(type='Conv2dAdaptivePadding'), norm_cfg=self.norm_cfg,
            act_cfg=dict(type='HSwish'))]
        channels, strides = [16], [2]
        for i, (kernel, middle, width, squeezes, act, stride) in enumerate(self.arch_settings[self.arch], start=1):
            shrink = self.reduction_factor if i >= narrower else 1
            layers.append(self._block(channels[-1], width // shrink, middle // shrink, kernel, stride, squeezes, act))
            channels.append(width // shrink)
            strides.append(strides[-1] * (1 if i in (second, fourth) else stride))
        width = 576 if self.arch == 'small' else 960
        layers.append(ConvModule(
            channels[-1], width, 1, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=dict(type='HSwish')))
        for i in range(second, len(layers)):
            _dilate(layers[i], 2 if i < fourth else 4)
        for i, layer in enumerate(layers):
            self.add_module(f'layer{i}', layer)
        self.out_channels = tuple([*channels, width][i] for i in sorted(self.out_indices))
        self.out_strides = tuple([*strides, strides[-1]][i] for i in sorted(self.out_indices))
        return [f'layer{i}' for i in range(len(layers))]

    def _block(
        self, in_channels: int, out_channels: int, mid_channels: int, kernel_size: int, stride: int, squeezes: bool,
        act: str,
    ) -> InvertedResidualV3:
        gates = dict(type='ReLU'), dict(type='HSigmoid', bias=3.0, divisor=6.0)
        return InvertedResidualV3(
            in_channels, out_channels, mid_channels, kernel_size, stride,
            se_cfg=dict(channels=mid_channels, ratio=4, act_cfg=gates) if squeezes else None,
            with_expand_conv=in_channels != mid_channels, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg,
            act_cfg=dict(type=act), with_cp=self.with_cp)

    def stage_parts(self, stage: int) -> list[nn.Module]:
        return [getattr(self, f'layer{stage}')]

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        maps = []
        for i, name in enumerate(self.layers):
            x = getattr(self, name)(x)
            if i in self.out_indices:
                maps.append(x)
        return maps


def _dilate(layer: nn.Module, dilation: int) -> None:
    """Dilate instead of striding.

    A block that was built to stride stays one without a shortcut, and its convolution one that pads by itself.
    """
    conv = layer.depthwise_conv.conv if isinstance(layer, InvertedResidualV3) else layer.conv
    conv.stride, conv.dilation = (1, 1), (dilation, dilation)
    if not isinstance(conv, Conv2dAdaptivePadding):
        padding = dilation * (conv.kernel_size[0] - 1) // 2
        conv.padding = (padding, padding)
