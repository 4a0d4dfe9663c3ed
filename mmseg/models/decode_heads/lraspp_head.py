"""The head of MobileNetV3."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import Conv2d, ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized, resize

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class LRASPPHead(BaseDecodeHead):
    """Lite reduced atrous spatial pyramid pooling (https://arxiv.org/abs/1905.02244).

    The last map is gated by its average over large windows, then joined with finer maps, one after the other.

    Args:
        branch_channels: channels that each of the finer maps is reduced to, one per input but the last.
        factored: join with finer maps before the coarser one is enlarged, which is the same up to rounding.
        kwargs: see :class:`BaseDecodeHead`; ``input_transform`` must be 'multiple_select'.
    """

    exact_switches = ('factored',)

    def __init__(
        self, branch_channels: Sequence[int] = (32, 64), *, factored: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.factored = factored
        if self.input_transform != 'multiple_select':
            raise ValueError(f"LRASPPHead: input_transform is {self.input_transform!r}; use 'multiple_select'")
        if len(branch_channels) != len(self.in_channels) - 1:
            raise ValueError(
                f'LRASPPHead: branch_channels is {branch_channels}; give {len(self.in_channels) - 1}, one per input '
                'but the last')
        self.branch_channels = branch_channels
        layers = dict(norm_cfg=self.norm_cfg, act_cfg=self.act_cfg, bias=False)
        self.convs, self.conv_ups = nn.Sequential(), nn.Sequential()
        for i, width in enumerate(branch_channels):
            self.convs.add_module(f'conv{i}', Conv2d(self.in_channels[i], width, 1, bias=False))
            self.conv_ups.add_module(
                f'conv_up{i}', ConvModule(self.channels + width, self.channels, 1, **layers))
        self.conv_up_input = Conv2d(self.channels, self.channels, 1)
        self.aspp_conv = ConvModule(self.in_channels[-1], self.channels, 1, **layers)
        self.image_pool = nn.Sequential(
            nn.AvgPool2d(kernel_size=49, stride=(16, 20)),
            ConvModule(self.in_channels[2], self.channels, 1, act_cfg=dict(type='Sigmoid'), bias=False))

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        *finer, x = self._transform_inputs(inputs)
        x = self.aspp_conv(x) * self._resized(self.image_pool(x), x)
        x = self.conv_up_input(x)
        for detail, reduce, join in zip(reversed(finer), reversed(self.convs), reversed(self.conv_ups)):
            detail = reduce(detail)
            if self.factored and can_factor(join):
                x = conv_module_over_resized(join, detail, [], self.align_corners, before=[x])
            else:
                x = join(torch.cat([self._resized(x, detail), detail], dim=1))
        return self.cls_seg(x)

    def _resized(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return resize(x, like.shape[2:], mode='bilinear', align_corners=self.align_corners)
