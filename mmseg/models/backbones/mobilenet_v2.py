"""MobileNetV2 (https://arxiv.org/abs/1801.04381)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import InvertedResidual, make_divisible

from .base_backbone import BaseBackbone
from .pretrained import CONVOLUTIONAL_INIT


@BACKBONES.register_module()
class MobileNetV2(BaseBackbone):
    """MobileNetV2; maps (N, 3, H, W) to a tuple of feature maps, at 1/2 to 1/32 of the size unless dilated.

    Args:
        widen_factor: factor of all channels.
        strides: stride of each of the seven stages.
        dilations: dilation of the first block of each stage.
        out_indices: stages whose output is returned.
        frozen_stages: the first convolution (0) and this many stages are neither trained nor in training mode; -1 for
            none.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: an argument is out of range.
    """

    default_init_cfg = CONVOLUTIONAL_INIT
    # Of each stage: expand_ratio, channels, blocks.
    arch_settings = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))

    def __init__(
        self,
        widen_factor: float = 1.0,
        strides: Sequence[int] = (1, 2, 2, 2, 1, 2, 1),
        dilations: Sequence[int] = (1, 1, 1, 1, 1, 1, 1),
        out_indices: Sequence[int] = (1, 2, 4, 6),
        frozen_stages: int = -1,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU6'),  # noqa: B006
        norm_eval: bool = False,
        with_cp: bool = False,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp, frozen_stages=frozen_stages)
        stages = len(self.arch_settings)
        if not len(strides) == len(dilations) == stages:
            raise ValueError(f'MobileNetV2: strides is {strides} and dilations {dilations}; give {stages} of each')
        if any(index not in range(stages) for index in out_indices):
            raise ValueError(f'MobileNetV2: out_indices is {out_indices}; use 0 to {stages - 1}')
        if frozen_stages not in range(-1, stages):
            raise ValueError(f'MobileNetV2: frozen_stages is {frozen_stages}; use -1 to {stages - 1}')
        self.widen_factor = widen_factor
        self.strides, self.dilations, self.out_indices = strides, dilations, out_indices
        self.conv_cfg, self.norm_cfg, self.act_cfg = conv_cfg, norm_cfg, act_cfg

        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.in_channels = make_divisible(32 * widen_factor, 8)
        self.conv1 = ConvModule(3, self.in_channels, 3, stride=2, padding=1, **layers)
        self.layers = [f'layer{i + 1}' for i in range(stages)]
        channels, total = [], [2]
        for name, (expand_ratio, width, blocks), stride, dilation in zip(
            self.layers, self.arch_settings, strides, dilations
        ):
            channels.append(make_divisible(width * widen_factor, 8))
            total.append(total[-1] * stride)
            self.add_module(name, self.make_layer(channels[-1], blocks, stride, dilation, expand_ratio))
        self.out_channels = tuple(channels[i] for i in sorted(out_indices))
        self.out_strides = tuple(total[i + 1] for i in sorted(out_indices))
        self._freeze_stages()

    def make_layer(
        self, out_channels: int, num_blocks: int, stride: int, dilation: int, expand_ratio: float,
    ) -> nn.Sequential:
        """Build a stage, whose first block alone has the stride and the dilation."""
        blocks = []
        for i in range(num_blocks):
            blocks.append(InvertedResidual(
                self.in_channels, out_channels, 1 if i else stride, expand_ratio, dilation=1 if i else dilation,
                conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg, with_cp=self.with_cp))
            self.in_channels = out_channels
        return nn.Sequential(*blocks)

    def stage_parts(self, stage: int) -> list[nn.Module]:
        return [getattr(self, f'layer{stage}') if stage else self.conv1]

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.conv1(x)
        maps = []
        for i, name in enumerate(self.layers):
            x = getattr(self, name)(x)
            if i in self.out_indices:
                maps.append(x)
        return tuple(maps)
