"""ConvNeXt, a convolutional network built like a transformer (https://arxiv.org/abs/2201.03545)."""

import re
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from operator import mul

import torch
from torch import nn

from mmcv.cnn import (
    Conv2d,
    DropPath,
    Linear,
    ModuleList,
    Sequential,
    build_activation_layer,
    build_norm_layer,
    run_layers,
)
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import checkpointed
from mmseg.models.layers.layer_norm_2d import LayerNorm2d
from mmseg.models.layers.layer_scale import LayerScaled
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layouts.convnext import CONVNEXT, CONVNEXT_TIMM, CONVNEXT_TORCHVISION

from .base_backbone import BaseBackbone

#: Blocks of the long third stage that make one layer.
_BLOCKS_PER_LAYER = 3


class ConvNeXtBlock(LayerScaled):
    """A depthwise 7x7 convolution and a feed-forward network per cell, beside a residual connection.

    Args:
        in_channels: of the map.
        norm_cfg, act_cfg: configs of the layers.
        mlp_ratio: channels within the feed-forward network per channel of the map.
        linear_pw_conv: its layers are linear layers, not 1x1 convolutions.
        drop_path_rate: probability of leaving the block out for a sample.
        layer_scale_init_value: what the scales of the channels begin with; 0 for none.
        with_cp: save memory, spend time.
    """

    scales = {'gamma': ('pointwise_conv2', '')}

    def __init__(
        self,
        in_channels: int,
        norm_cfg: dict = dict(type='LN2d', eps=1e-6),  # noqa: B006
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        mlp_ratio: float = 4.0,
        linear_pw_conv: bool = True,
        drop_path_rate: float = 0.0,
        layer_scale_init_value: float = 1e-6,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.with_cp = with_cp
        self.linear_pw_conv = linear_pw_conv
        pointwise = Linear if linear_pw_conv else partial(nn.Conv2d, kernel_size=1)
        hidden = int(mlp_ratio * in_channels)
        scale = torch.full((in_channels,), float(layer_scale_init_value))
        self.register_parameter('gamma', nn.Parameter(scale) if layer_scale_init_value > 0 else None)
        self.depthwise_conv = Conv2d(in_channels, in_channels, 7, padding=3, groups=in_channels)
        self.norm = build_norm_layer(norm_cfg, in_channels)[1]
        self.pointwise_conv1 = pointwise(in_channels, hidden)
        self.act = build_activation_layer(act_cfg)
        self.pointwise_conv2 = pointwise(hidden, in_channels)
        self.drop_path = DropPath(drop_path_rate)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return checkpointed(self._layers, x, with_cp=self.with_cp)

    def _layers(self, x: torch.Tensor) -> torch.Tensor:
        out = self.norm(self.depthwise_conv(x))
        if self.linear_pw_conv:
            out = out.permute(0, 2, 3, 1)  # (N, H, W, C)
        out = self.scaled('gamma', run_layers(out, [self.pointwise_conv1, self.act]))
        if self.linear_pw_conv:
            out = out.permute(0, 3, 1, 2)  # (N, C, H, W)
        return x + self.drop_path(out)


@BACKBONES.register_module(['ConvNeXt', 'mmcls.ConvNeXt'])
class ConvNeXt(BaseBackbone):
    """Stages of blocks, each over a smaller map.

    Args:
        arch: a name in ``arch_settings``, or a dict of ``depths`` and ``channels``: blocks and channels per stage.
        in_channels: of the image.
        stem_patch_size: pixels per side of a patch, each of which is a cell of the first stage.
        norm_cfg, act_cfg, linear_pw_conv, layer_scale_init_value: see :class:`ConvNeXtBlock`; the norms before the
            reductions are always layer norms.
        drop_path_rate: of the last block; see :func:`drop_path_rates`.
        out_indices: the stages whose maps are returned; negative ones count from the end.
        frozen_stages: this many stages are neither trained nor in training mode, the stem with the first of them.
        gap_before_final_norm: return means of maps (N, C), as a classifier needs them, instead of maps.
        with_cp, init_cfg, pretrained: see :class:`BaseBackbone`.

    Attributes:
        arch_settings: per architecture the blocks and channels of each stage.

    Raises:
        ValueError: ``arch`` is unknown or incomplete, or ``out_indices`` names a stage that is not there.
    """

    arch_settings = {
        name: {'depths': (3, 3, 9 if name == 'tiny' else 27, 3), 'channels': tuple(width * 2**i for i in range(4))}
        for name, width in dict(tiny=96, small=96, base=128, large=192, xlarge=256).items()
    }
    weight_layouts = (CONVNEXT, CONVNEXT_TIMM, CONVNEXT_TORCHVISION)

    def __init__(
        self,
        arch: str | dict = 'tiny',
        in_channels: int = 3,
        stem_patch_size: int = 4,
        norm_cfg: dict = dict(type='LN2d', eps=1e-6),  # noqa: B006
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        linear_pw_conv: bool = True,
        drop_path_rate: float = 0.0,
        layer_scale_init_value: float = 1e-6,
        out_indices: int | Sequence[int] = -1,
        frozen_stages: int = 0,
        gap_before_final_norm: bool = True,
        with_cp: bool = False,
        init_cfg: dict | list[dict] | None = None,
        pretrained: str | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, with_cp=with_cp, frozen_stages=frozen_stages)
        facts = facts_of(arch, self.arch_settings, ('depths', 'channels'), 'ConvNeXt')
        self.depths, self.channels = facts['depths'], facts['channels']
        self.num_stages = len(self.depths)
        self.out_indices = positions(out_indices, self.num_stages, 'ConvNeXt')
        self.gap_before_final_norm = gap_before_final_norm
        rates = iter(drop_path_rates(drop_path_rate, sum(self.depths)))
        options = dict(norm_cfg=norm_cfg, act_cfg=act_cfg, linear_pw_conv=linear_pw_conv,
                       layer_scale_init_value=layer_scale_init_value, with_cp=with_cp)
        self.downsample_layers = ModuleList()
        self.stages = ModuleList()
        for i, (depth, width) in enumerate(zip(self.depths, self.channels)):
            if i == 0:
                patches = nn.Conv2d(in_channels, width, stem_patch_size, stem_patch_size)
                self.downsample_layers.append(nn.Sequential(patches, build_norm_layer(norm_cfg, width)[1]))
            else:
                before = self.channels[i - 1]
                self.downsample_layers.append(nn.Sequential(LayerNorm2d(before), nn.Conv2d(before, width, 2, 2)))
            self.stages.append(Sequential(*(
                ConvNeXtBlock(width, drop_path_rate=next(rates), **options) for _ in range(depth))))
            if i in self.out_indices:
                self.add_module(f'norm{i}', build_norm_layer(norm_cfg, width)[1])
        strides = list(accumulate([stem_patch_size] + [2] * (self.num_stages - 1), mul))
        returned = [i for i in range(self.num_stages) if i in self.out_indices]
        self.out_channels = tuple(self.channels[i] for i in returned)
        self.out_strides = tuple(strides[i] for i in returned)
        self._freeze_stages()

    def stage_parts(self, stage: int) -> list[nn.Module | nn.Parameter]:
        return [self.downsample_layers[stage - 1], self.stages[stage - 1]] if stage else []

    def layer_of(self, name: str, num_layers: int, decay_type: str) -> int:
        """By stages, or by layers as BEiT's recipe has them: every third block of the third stage begins one.

        See appendix A.1 of the paper, and :class:`mmcv.runner.layer_decay.LayeredBackbone`.
        """
        downsampling = re.match(r'downsample_layers\.(\d+)', name)
        block = re.match(r'stages\.(\d+)\.(\d+)', name)
        if not downsampling and not block:
            return num_layers + 1
        if decay_type == 'stage_wise':
            return 0 if downsampling else int(block[1]) + 1
        if downsampling:
            return (0, 2, 3, num_layers)[int(downsampling[1])]
        return (1, 2, 3 + int(block[2]) // _BLOCKS_PER_LAYER, num_layers)[int(block[1])]

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Images (N, C, H, W) to maps (N, channels[i], h, w) of the stages i in ``out_indices``, or means (N, C)."""
        outs = []
        for i, (reduction, stage) in enumerate(zip(self.downsample_layers, self.stages)):
            x = stage(reduction(x))
            if i in self.out_indices:
                norm = self.get_submodule(f'norm{i}')
                outs.append(norm(x.mean((2, 3), keepdim=True)).flatten(1) if self.gap_before_final_norm else norm(x))
        return tuple(outs)


def facts_of(arch: str | dict, known: dict[str, dict], keys: Sequence[str], who: str) -> dict:
    """What ``arch`` is or names, with a list of one entry per stage under each of ``keys``.

    Raises:
        ValueError: the name is unknown, a list is missing, or their lengths differ.
    """
    if isinstance(arch, str):
        if arch not in known:
            raise ValueError(f'{who}: arch is {arch!r}; choose from {", ".join(known)}, or give a dict of '
                             f'{" and ".join(keys)}')
        arch = known[arch]
    if missing := [key for key in keys if key not in arch]:
        raise ValueError(f'{who}: arch needs {" and ".join(missing)}, one entry per stage')
    if len({len(arch[key]) for key in keys}) > 1:
        found = ' and '.join(f'{len(arch[key])} {key}' for key in keys)
        raise ValueError(f'{who}: arch has {found}; it needs one of each per stage')
    return arch


def positions(out_indices: int | Sequence[int], count: int, who: str) -> list[int]:
    """``out_indices`` as a list of numbers from 0 to ``count`` - 1; negative ones count from the end.

    Raises:
        ValueError: one is out of range.
    """
    given = [out_indices] if isinstance(out_indices, int) else list(out_indices)
    if wrong := [i for i in given if not -count <= i < count]:
        raise ValueError(f'{who}: out_indices has {wrong[0]}; it may have 0 to {count - 1}, or -{count} to -1 from '
                         'the end')
    return [i % count for i in given]
