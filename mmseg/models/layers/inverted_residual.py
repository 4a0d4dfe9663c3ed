"""The blocks of MobileNets: wide in the middle, and convolved there one channel at a time."""
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule

from .checkpointed import checkpointed
from .se_layer import SELayer


class InvertedResidual(nn.Module):
    """The block of MobileNetV2 (https://arxiv.org/abs/1801.04381).

    Args:
        in_channels, out_channels: of the block; where they are equal and ``stride`` is 1, the input is added.
        stride: of the depthwise convolution, 1 or 2.
        expand_ratio: width in the middle relative to ``in_channels``.
        dilation: of the depthwise convolution.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        with_cp: recompute the block in the backward pass instead of keeping its activations.
        kwargs: further arguments of :class:`mmcv.cnn.ConvModule`.

    Raises:
        ValueError: if the stride is another.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int,
        expand_ratio: float,
        dilation: int = 1,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU6'),  # noqa: B006
        with_cp: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        _check_stride(self, stride)
        self.stride = stride
        self.with_cp = with_cp
        self.use_res_connect = stride == 1 and in_channels == out_channels
        width = round(in_channels * expand_ratio)
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, **kwargs)
        expand = [ConvModule(in_channels, width, 1, act_cfg=act_cfg, **layers)] if expand_ratio != 1 else []
        self.conv = nn.Sequential(
            *expand,
            ConvModule(width, width, 3, stride, dilation, dilation, groups=width, act_cfg=act_cfg, **layers),
            ConvModule(width, out_channels, 1, act_cfg=None, **layers),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        out = checkpointed(self.conv, x, with_cp=self.with_cp)
        return x + out if self.use_res_connect else out


class InvertedResidualV3(nn.Module):
    """The block of MobileNetV3 (https://arxiv.org/abs/1905.02244).

    Args:
        in_channels, out_channels: of the block; where they are equal and ``stride`` is 1, the input is added.
        mid_channels: width in the middle.
        kernel_size: of the depthwise convolution.
        stride: of the depthwise convolution, 1 or 2; 2 pads as TensorFlow does.
        se_cfg: arguments of a :class:`SELayer` behind the depthwise convolution; None means none.
        with_expand_conv: whether a convolution leads to ``mid_channels``.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        with_cp: recompute the block in the backward pass instead of keeping its activations.

    Raises:
        ValueError: if the stride is another, or nothing leads to ``mid_channels``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        mid_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        se_cfg: dict | None = None,
        with_expand_conv: bool = True,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        _check_stride(self, stride)
        if not with_expand_conv and mid_channels != in_channels:
            raise ValueError(f'InvertedResidualV3: mid_channels is {mid_channels}, in_channels {in_channels}; without '
                             'with_expand_conv they have to be equal')
        self.with_res_shortcut = stride == 1 and in_channels == out_channels
        self.with_cp = with_cp
        self.with_se = se_cfg is not None
        self.with_expand_conv = with_expand_conv
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg)
        if with_expand_conv:
            self.expand_conv = ConvModule(in_channels, mid_channels, 1, conv_cfg=conv_cfg, **layers)
        self.depthwise_conv = ConvModule(
            mid_channels, mid_channels, kernel_size, stride, kernel_size // 2, groups=mid_channels,
            conv_cfg=dict(type='Conv2dAdaptivePadding') if stride == 2 else conv_cfg, **layers)
        if self.with_se:
            self.se = SELayer(**se_cfg)
        self.linear_conv = ConvModule(
            mid_channels, out_channels, 1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        out = checkpointed(self._branch, x, with_cp=self.with_cp)
        return x + out if self.with_res_shortcut else out

    def _branch(self, x: torch.Tensor) -> torch.Tensor:
        x = self.depthwise_conv(self.expand_conv(x) if self.with_expand_conv else x)
        return self.linear_conv(self.se(x) if self.with_se else x)


def _check_stride(block: nn.Module, stride: int) -> None:
    if stride not in (1, 2):
        raise ValueError(f'{type(block).__name__}: stride is {stride}; use 1 or 2')
