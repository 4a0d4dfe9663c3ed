"""Switchable atrous convolution."""

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.weight_init import constant_init
from mmcv.ops import deform_conv2d

from .conv_ws import ConvAWS2d
from .registry import CONV_LAYERS


@CONV_LAYERS.register_module('SAC')
class SAConv2d(ConvAWS2d):
    """A convolution that mixes, cell by cell, two dilations of one kernel (DetectoRS, https://arxiv.org/abs/2006.02334).

    At first it is the convolution of the smaller dilation alone. The weights of a plain convolution can be loaded.

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups: as of ``nn.Conv2d``; the second
            convolution has three times ``padding`` and ``dilation``.
        bias: there is one in the state_dict, but it is not added.
        use_deform: whether both convolutions are deformable.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        use_deform: bool = False,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.use_deform = use_deform
        self.switch = nn.Conv2d(in_channels, 1, 1, stride)
        self.weight_diff = nn.Parameter(torch.zeros_like(self.weight))
        self.pre_context = nn.Conv2d(in_channels, in_channels, 1)
        self.post_context = nn.Conv2d(out_channels, out_channels, 1)
        if use_deform:
            offsets = 2 * self.weight[0, 0].numel()
            self.offset_s = nn.Conv2d(in_channels, offsets, 3, stride, padding=1)
            self.offset_l = nn.Conv2d(in_channels, offsets, 3, stride, padding=1)
        self.init_weights()

    def init_weights(self) -> None:
        """The smaller dilation alone, without contexts and offsets."""
        constant_init(self.switch, 0, bias=1)
        nn.init.zeros_(self.weight_diff)
        for conv in (self.pre_context, self.post_context, *([self.offset_s, self.offset_l] if self.use_deform else [])):
            constant_init(conv, 0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H', W')."""
        x = x + self.pre_context(x.mean(dim=(2, 3), keepdim=True))
        smooth = F.avg_pool2d(F.pad(x, (2, 2, 2, 2), mode='reflect'), kernel_size=5, stride=1)
        switch = self.switch(smooth)
        weight = self._get_weight(self.weight)
        offsets = (self.offset_s(smooth), self.offset_l(smooth)) if self.use_deform else (None, None)
        near = self._convolve(x, weight, offsets[0], 1)
        far = self._convolve(x, weight + self.weight_diff, offsets[1], 3)
        out = switch * near + (1 - switch) * far
        return out + self.post_context(out.mean(dim=(2, 3), keepdim=True))

    def _convolve(
        self, x: torch.Tensor, weight: torch.Tensor, offset: torch.Tensor | None, spread: int
    ) -> torch.Tensor:
        padding, dilation = (tuple(spread * n for n in pair) for pair in (self.padding, self.dilation))
        if offset is None:
            return F.conv2d(x, weight, None, self.stride, padding, dilation, self.groups)
        return deform_conv2d(x, offset, weight, self.stride, padding, dilation, self.groups)
