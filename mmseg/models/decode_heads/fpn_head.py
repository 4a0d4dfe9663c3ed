"""The head of Semantic FPN."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, is_untouched
from mmseg.models.builder import HEADS
from mmseg.models.layers import Upsample, has_size, resize

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class FPNHead(BaseDecodeHead):
    """Panoptic feature pyramid networks, their semantic branch (https://arxiv.org/abs/1901.02446).

    Each level is convolved and doubled in size until it is as large as the first; then the levels are added.

    Args:
        feature_strides: pixels of the image per cell of each level, the smallest first.
        factored: add the coarser levels up before they are doubled for the last time, which is the same up to rounding.
        kwargs: see :class:`BaseDecodeHead`; ``input_transform`` is 'multiple_select'.
    """

    exact_switches = ('factored',)

    def __init__(self, feature_strides: Sequence[int], *, factored: bool = True, **kwargs: Any) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        self.factored = factored
        if len(feature_strides) != len(self.in_channels):
            raise ValueError(f'feature_strides is {feature_strides}; give one for each of the {len(self.in_channels)} '
                             'inputs')
        if min(feature_strides) != feature_strides[0]:
            raise ValueError(f'feature_strides is {feature_strides}; the first must be the smallest')
        self.feature_strides = feature_strides
        self.scale_heads = nn.ModuleList(
            self._level(channels, stride) for channels, stride in zip(self.in_channels, feature_strides))

    def _level(self, in_channels: int, stride: int) -> nn.Sequential:
        doublings = int(math.log2(stride) - math.log2(self.feature_strides[0]))
        layers = []
        for i in range(max(1, doublings)):
            layers.append(ConvModule(
                self.channels if i else in_channels, self.channels, 3, padding=1, conv_cfg=self.conv_cfg,
                norm_cfg=self.norm_cfg, act_cfg=self.act_cfg))
            if stride != self.feature_strides[0]:
                layers.append(Upsample(scale_factor=2, mode='bilinear', align_corners=self.align_corners))
        return nn.Sequential(*layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        first, *others = zip(self.scale_heads, self._transform_inputs(inputs))
        if self.factored and all(self._ends_doubling(level) for level, _ in others):
            maps = [level[:-1](x) for level, x in others]
            if all(has_size(x, maps[0].shape[2:]) for x in maps[1:]):
                others = [(self.scale_heads[1][-1], sum(maps[1:], maps[0]))]
            else:
                others = [(level[-1], x) for (level, _), x in zip(others, maps)]
        level, x = first
        out = level(x)
        for level, x in others:
            x = level(x)
            if not has_size(x, out.shape[2:]):  # doubling need not end at the size of the first level
                x = resize(x, out.shape[2:], mode='bilinear', align_corners=self.align_corners)
            out = out + x
        return self.cls_seg(out)

    def _ends_doubling(self, level: nn.Module) -> bool:
        return is_untouched(level, nn.Sequential) and is_untouched(level[-1], Upsample)
