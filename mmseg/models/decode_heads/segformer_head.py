"""The head of SegFormer (https://arxiv.org/abs/2105.15203)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized, resize

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class SegformerHead(BaseDecodeHead):
    """Maps of all stages by a 1x1 convolution each, at the size of the first one, and fused by another.

    Args:
        interpolate_mode: 'bilinear', 'nearest' or 'bicubic': how maps are resized.
        factored: fuse the maps each at its own size and resize what comes of that, which for bilinear resizing is the
            same up to rounding, at about a third of the multiplications and without the joined map.
        kwargs: see :class:`BaseDecodeHead`; ``in_channels`` and ``in_index`` are lists.

    Raises:
        ValueError: an unknown ``interpolate_mode``.
    """

    exact_switches = ('factored',)

    def __init__(self, interpolate_mode: str = 'bilinear', *, factored: bool = True, **kwargs: Any) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        if interpolate_mode not in ('bilinear', 'nearest', 'bicubic'):
            raise ValueError(f"interpolate_mode is {interpolate_mode!r}; use 'bilinear', 'nearest' or 'bicubic'")
        self.interpolate_mode = interpolate_mode
        self.factored = factored
        layers = dict(kernel_size=1, norm_cfg=self.norm_cfg)
        self.convs = nn.ModuleList(
            ConvModule(channels, self.channels, act_cfg=self.act_cfg, **layers) for channels in self.in_channels)
        self.fusion_conv = ConvModule(self.channels * len(self.in_channels), self.channels, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        maps = [conv(x) for conv, x in zip(self.convs, self._transform_inputs(inputs))]
        return self.cls_seg(self._fuse(maps))

    def _fuse(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """Maps (N, channels, h_i, w_i) to one of the first one's size."""
        if self.factored and self.interpolate_mode == 'bilinear' and can_factor(self.fusion_conv):
            return conv_module_over_resized(self.fusion_conv, maps[0], maps[1:], self.align_corners)
        align_corners = None if self.interpolate_mode == 'nearest' else self.align_corners
        size = maps[0].shape[2:]
        resized = [resize(x, size, mode=self.interpolate_mode, align_corners=align_corners) for x in maps]
        return self.fusion_conv(torch.cat(resized, dim=1))
