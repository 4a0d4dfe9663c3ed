"""Depthwise separable convolution."""

from typing import Any

import torch
from torch import nn

from .conv_module import ConvModule


class DepthwiseSeparableConvModule(nn.Module):
    """A convolution per channel, then a 1x1 convolution over the channels (MobileNet, https://arxiv.org/abs/1704.04861).

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation: as of :class:`ConvModule`.
        norm_cfg, act_cfg: for both parts.
        dw_norm_cfg, dw_act_cfg: for the depthwise part; 'default' means the shared ones.
        pw_norm_cfg, pw_act_cfg: for the pointwise part; 'default' means the shared ones.
        **kwargs: further arguments of both :class:`ConvModule`, but ``groups``.

    Raises:
        ValueError: ``groups`` is given.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        dw_norm_cfg: dict | str | None = 'default',
        dw_act_cfg: dict | str | None = 'default',
        pw_norm_cfg: dict | str | None = 'default',
        pw_act_cfg: dict | str | None = 'default',
        **kwargs: Any,
    ) -> None:
        super().__init__()
        if 'groups' in kwargs:
            raise ValueError('DepthwiseSeparableConvModule: leave out groups, it follows from in_channels')
        self.depthwise_conv = ConvModule(
            in_channels,
            in_channels,
            kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=in_channels,
            norm_cfg=norm_cfg if dw_norm_cfg == 'default' else dw_norm_cfg,
            act_cfg=act_cfg if dw_act_cfg == 'default' else dw_act_cfg,
            **kwargs,
        )
        self.pointwise_conv = ConvModule(
            in_channels,
            out_channels,
            1,
            norm_cfg=norm_cfg if pw_norm_cfg == 'default' else pw_norm_cfg,
            act_cfg=act_cfg if pw_act_cfg == 'default' else pw_act_cfg,
            **kwargs,
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, K, H', W')."""
        return self.pointwise_conv(self.depthwise_conv(x))
