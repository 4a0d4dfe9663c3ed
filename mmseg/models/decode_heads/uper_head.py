"""The head of UPerNet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, is_untouched
from mmcv.ops import add_resized
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized, resize

from .decode_head import BaseDecodeHead
from .psp_head import PPM


@HEADS.register_module()
class UPerHead(BaseDecodeHead):
    """Unified perceptual parsing (https://arxiv.org/abs/1807.10221): a pyramid pooling on top of a feature pyramid.

    Args:
        pool_scales: cells per side of each pooling grid over the last map.
        factored: convolve over the pooling pyramid, and over the levels of the feature pyramid, at their own sizes:
            the same results up to rounding with a third of the multiplications.
        kwargs: see :class:`BaseDecodeHead`; ``input_transform`` is 'multiple_select'.
    """

    exact_switches = ('factored',)

    def __init__(self, pool_scales: Sequence[int] = (1, 2, 3, 6), factored: bool = True, **kwargs: Any) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        self.factored = factored
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        top = self.in_channels[-1]
        self.psp_modules = PPM(
            pool_scales, top, self.channels, align_corners=self.align_corners, fused=self.fused, **layers)
        self.bottleneck = ConvModule(top + len(pool_scales) * self.channels, self.channels, 3, padding=1, **layers)
        self.lateral_convs = nn.ModuleList(
            ConvModule(channels, self.channels, 1, inplace=False, **layers) for channels in self.in_channels[:-1])
        self.fpn_convs = nn.ModuleList(
            ConvModule(self.channels, self.channels, 3, padding=1, inplace=False, **layers)
            for _ in self.in_channels[:-1])
        self.fpn_bottleneck = ConvModule(
            len(self.in_channels) * self.channels, self.channels, 3, padding=1, **layers)

    def psp_forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """The pooling pyramid over the last map, (N, channels, h, w)."""
        x, pyramid = inputs[-1], self.psp_modules
        if self.factored and can_factor(self.bottleneck) and is_untouched(pyramid, PPM):
            return conv_module_over_resized(self.bottleneck, x, pyramid.pool(x), pyramid.align_corners)
        return self.bottleneck(torch.cat([x, *pyramid(x)], dim=1))

    def _levels(self, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The levels of the feature pyramid, each (N, channels, h, w) at its own size, large to small."""
        laterals = [conv(x) for conv, x in zip(self.lateral_convs, inputs)]
        laterals.append(self.psp_forward(inputs))
        for i in range(len(laterals) - 1, 0, -1):
            laterals[i - 1] = add_resized(laterals[i - 1], [laterals[i]], self.align_corners)
        return [*(conv(x) for conv, x in zip(self.fpn_convs, laterals)), laterals[-1]]

    def _resized(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return resize(x, like.shape[2:], mode='bilinear', align_corners=self.align_corners)

    def _forward_feature(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Feature map (N, channels, h, w) before the classifier."""
        first, *others = self._levels(self._transform_inputs(inputs))
        if self.factored and can_factor(self.fpn_bottleneck):
            return conv_module_over_resized(self.fpn_bottleneck, first, others, self.align_corners)
        return self.fpn_bottleneck(torch.cat([first, *(self._resized(x, first) for x in others)], dim=1))

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        return self.cls_seg(self._forward_feature(inputs))
