"""Residual networks (https://arxiv.org/abs/1512.03385), dilated for segmentation."""

import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import Sequential, build_conv_layer, build_norm_layer, run_layers
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import ResLayer
from mmseg.models.layouts.resnet import SEMSEG_BACKBONE, SEMSEG_RESNET, TIMM_DEEP

from .base_backbone import BaseBackbone
from .pretrained import CONVOLUTIONAL_INIT
from .residual_blocks import BasicBlock, Bottleneck

_STEM_STRIDE = 4  # of the convolution and the pooling after it


@BACKBONES.register_module()
class ResNet(BaseBackbone):
    """ResNet; maps (N, in_channels, H, W) to a tuple of feature maps, at 1/4 to 1/32 of the size unless dilated.

    Args:
        depth: 18, 34, 50, 101 or 152.
        in_channels: channels of the images.
        stem_channels: channels after the stem.
        base_channels: width of the first stage; it doubles with each stage.
        num_stages: 1 ... 4.
        strides: stride of the first block of each stage.
        dilations: dilation of each stage.
        out_indices: stages whose output is returned.
        style: 'pytorch' strides the 3x3 convolution of a block, 'caffe' the first 1x1.
        deep_stem: three 3x3 convolutions instead of one of 7x7.
        avg_down: average-pool before the 1x1 convolution of a strided shortcut, instead of striding it.
        frozen_stages: the stem (0) and this many stages are neither trained nor in training mode; -1 for none.
        conv_cfg, norm_cfg: configs of the layers.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        dcn: config of the convolution that replaces the 3x3 ones in the stages of ``stage_with_dcn``.
        stage_with_dcn: one bool per stage.
        plugins: ``dict(cfg=..., position='after_conv1' | ..., stages=one bool per stage)`` each.
        multi_grid: dilation of each block of the last stage.
        contract_dilation: halve the dilation of the first block of each stage.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        zero_init_residual: start with every block as its shortcut; without effect on pretrained weights.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: an argument is out of range or two contradict each other.
    """

    default_init_cfg = CONVOLUTIONAL_INIT
    recompute_norm = 'convs'  # the last of a bottleneck is 1x1: of 983 MB 210 less, for a twentieth of the time at most
    arch_settings = {
        18: (BasicBlock, (2, 2, 2, 2)),
        34: (BasicBlock, (3, 4, 6, 3)),
        50: (Bottleneck, (3, 4, 6, 3)),
        101: (Bottleneck, (3, 4, 23, 3)),
        152: (Bottleneck, (3, 8, 36, 3)),
    }

    def __init__(
        self,
        depth: int,
        in_channels: int = 3,
        stem_channels: int = 64,
        base_channels: int = 64,
        num_stages: int = 4,
        strides: tuple[int, ...] = (1, 2, 2, 2),
        dilations: tuple[int, ...] = (1, 1, 1, 1),
        out_indices: tuple[int, ...] = (0, 1, 2, 3),
        style: str = 'pytorch',
        deep_stem: bool = False,
        avg_down: bool = False,
        frozen_stages: int = -1,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN', requires_grad=True),  # noqa: B006
        norm_eval: bool = False,
        dcn: dict | None = None,
        stage_with_dcn: tuple[bool, ...] = (False, False, False, False),
        plugins: list[dict] | None = None,
        multi_grid: tuple[int, ...] | None = None,
        contract_dilation: bool = False,
        with_cp: bool = False,
        zero_init_residual: bool = True,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp, frozen_stages=frozen_stages)
        if depth not in self.arch_settings:
            raise ValueError(f'depth is {depth}; use one of {", ".join(map(str, self.arch_settings))}')
        _check_stages(num_stages, strides=strides, dilations=dilations)
        if dcn is not None:
            _check_stages(num_stages, stage_with_dcn=stage_with_dcn)
        if max(out_indices) >= num_stages:
            raise ValueError(f'out_indices is {out_indices}, but there are {num_stages} stages')
        self.block, stage_blocks = self.arch_settings[depth]
        self.depth, self.num_stages, self.stage_blocks = depth, num_stages, stage_blocks[:num_stages]
        self.stem_channels, self.base_channels = stem_channels, base_channels
        self.strides, self.dilations, self.out_indices = strides, dilations, out_indices
        if style not in ('pytorch', 'caffe'):
            raise ValueError(f"style is {style!r}; use 'pytorch' or 'caffe'")
        self.style, self.deep_stem, self.avg_down = style, deep_stem, avg_down
        self.conv_cfg, self.norm_cfg = conv_cfg, norm_cfg
        self.dcn, self.stage_with_dcn, self.plugins = dcn, stage_with_dcn, plugins
        self.multi_grid, self.contract_dilation = multi_grid, contract_dilation
        self.zero_init_residual = zero_init_residual

        self._make_stem_layer(in_channels, stem_channels)
        self._make_stages(self._block_init_cfg() if init_cfg is None and pretrained is None else None)
        self._freeze_stages()

    def _block_init_cfg(self) -> dict | None:
        """A zero last norm makes a block its shortcut."""
        if not self.zero_init_residual:
            return None
        return dict(type='Constant', val=0, override=dict(name='norm2' if self.block is BasicBlock else 'norm3'))

    def _make_stages(self, block_init_cfg: dict | None) -> None:
        self.inplanes = self.stem_channels
        self.res_layers = []
        widths, strides = [], []
        for stage, num_blocks in enumerate(self.stage_blocks):
            planes = self.base_channels * 2**stage
            layer = self.make_res_layer(
                block=self.block,
                inplanes=self.inplanes,
                planes=planes,
                num_blocks=num_blocks,
                stride=self.strides[stage],
                dilation=self.dilations[stage],
                style=self.style,
                avg_down=self.avg_down,
                with_cp=self.with_cp,
                conv_cfg=self.conv_cfg,
                norm_cfg=self.norm_cfg,
                dcn=self.dcn if self.dcn is not None and self.stage_with_dcn[stage] else None,
                plugins=None if self.plugins is None else self.make_stage_plugins(self.plugins, stage),
                multi_grid=self.multi_grid if stage == self.num_stages - 1 else None,
                contract_dilation=self.contract_dilation,
                init_cfg=block_init_cfg,
            )
            self.inplanes = planes * self.block.expansion
            self.res_layers.append(f'layer{stage + 1}')
            self.add_module(self.res_layers[-1], layer)
            widths.append(self.inplanes)
            strides.append(self.strides[stage] * (strides[-1] if strides else _STEM_STRIDE))
        self.feat_dim = self.inplanes
        self.out_channels = tuple(widths[i] for i in sorted(self.out_indices))
        self.out_strides = tuple(strides[i] for i in sorted(self.out_indices))

    def make_stage_plugins(self, plugins: list[dict], stage_idx: int) -> list[dict]:
        """The plugins whose ``stages`` include this one, without that key."""
        chosen = []
        for plugin in plugins:
            stages = plugin.get('stages')
            if stages is not None:
                _check_stages(self.num_stages, **{'plugins.stages': stages})
            if stages is None or stages[stage_idx]:
                chosen.append({k: v for k, v in plugin.items() if k != 'stages'})
        return chosen

    def make_res_layer(self, **kwargs: Any) -> nn.Module:
        """Build a stage."""
        return ResLayer(**kwargs)

    @property
    def norm1(self) -> nn.Module:
        """Normalization of the 7x7 stem."""
        return getattr(self, self.norm1_name)

    def _make_stem_layer(self, in_channels: int, stem_channels: int) -> None:
        if self.deep_stem:
            self.weight_layouts = (SEMSEG_RESNET, SEMSEG_BACKBONE, TIMM_DEEP)
            half = stem_channels // 2
            self.stem = Sequential(
                *self._stem_part(in_channels, half, stride=2),
                *self._stem_part(half, half),
                *self._stem_part(half, stem_channels),
            )
        else:
            self.conv1 = build_conv_layer(
                self.conv_cfg, in_channels, stem_channels, kernel_size=7, stride=2, padding=3, bias=False
            )
            self.norm1_name, norm1 = build_norm_layer(self.norm_cfg, stem_channels, postfix=1)
            self.add_module(self.norm1_name, norm1)
            self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)

    def _stem_part(self, in_channels: int, out_channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
        conv = build_conv_layer(
            self.conv_cfg, in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False
        )
        return conv, build_norm_layer(self.norm_cfg, out_channels)[1], nn.ReLU(inplace=True)

    def stage_parts(self, stage: int) -> list[nn.Module]:
        if stage:
            return [getattr(self, f'layer{stage}')]
        return [self.stem] if self.deep_stem else [self.conv1, self.norm1]

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = self.stem(x) if self.deep_stem else run_layers(x, [self.conv1, self.norm1, self.relu])
        x = self.maxpool(x)
        outs = []
        for i, name in enumerate(self.res_layers):
            x = getattr(self, name)(x)
            if i in self.out_indices:
                outs.append(x)
        return tuple(outs)

    def layer_of(self, name: str, num_layers: int, decay_type: str) -> int:
        """The stage of a parameter, 0 for the stem; see :class:`mmcv.runner.layer_decay.LayeredBackbone`.

        Raises:
            ValueError: ``decay_type`` is not 'stage_wise'.
        """
        if decay_type != 'stage_wise':
            raise ValueError('residual networks are divided into stages: write stage_wise')
        stage = re.match(r'layer(\d+)', name)
        return int(stage[1]) if stage else 0


def _check_stages(num_stages: int, **sequences: Sequence) -> None:
    if not 1 <= num_stages <= 4:
        raise ValueError(f'num_stages is {num_stages}; use 1 to 4')
    for name, value in sequences.items():
        if len(value) != num_stages:
            raise ValueError(f'{name} is {value}, but there are {num_stages} stages; give one value per stage')


@BACKBONES.register_module()
class ResNetV1c(ResNet):
    """ResNet with a deep stem, of https://arxiv.org/abs/1812.01187: three 3x3 convolutions instead of one of 7x7."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(deep_stem=True, avg_down=False, **kwargs)


@BACKBONES.register_module()
class ResNetV1d(ResNet):
    """:class:`ResNetV1c` whose strided shortcuts average-pool, so that they drop no pixel."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(deep_stem=True, avg_down=True, **kwargs)
