"""The head of Semantic FPN."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import Upsample, resize

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class FPNHead(BaseDecodeHead):
    """Panoptic feature pyramid networks, their semantic branch (https://arxiv.org/abs/1901.02446).

    Each level is convolved and doubled in size until it is as large as the first; then the levels are added.

    Args:
        feature_strides: pixels of the image per cell of each level, the smallest first.
        kwargs: see :class:`BaseDecodeHead`; ``input_transform`` is 'multiple_select'.
    """

    def __init__(self, feature_strides: Sequence[int], **kwargs: Any) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
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
        first, *others = (level(x) for level, x in zip(self.scale_heads, self._transform_inputs(inputs)))
        for x in others:
            if x.shape[2:] != first.shape[2:]:  # doubling need not end at the size of the first level
                x = resize(x, first.shape[2:], mode='bilinear', align_corners=self.align_corners)
            first = first + x
        return self.cls_seg(first)
