"""The head of DeepLabV3+."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import resize

from .aspp_head import ASPPHead, ASPPModule


class DepthwiseSeparableASPPModule(ASPPModule):
    """An :class:`ASPPModule` whose dilated convolutions are depthwise separable; arguments as there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for i, dilation in enumerate(self.dilations):
            if dilation > 1:
                self[i] = DepthwiseSeparableConvModule(
                    self.in_channels, self.channels, 3, dilation=dilation, padding=dilation, norm_cfg=self.norm_cfg,
                    act_cfg=self.act_cfg)


@HEADS.register_module()
class DepthwiseSeparableASPPHead(ASPPHead):
    """Encoder-decoder with atrous separable convolution (https://arxiv.org/abs/1802.02611).

    Args:
        c1_in_channels: channels of the first feature map, whose detail is joined in; 0 leaves it out.
        c1_channels: channels that it is reduced to.
        kwargs: see :class:`ASPPHead`.
    """

    def __init__(self, c1_in_channels: int, c1_channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if c1_in_channels < 0:
            raise ValueError(f'c1_in_channels is {c1_in_channels}; give the channels of the first map, or 0 for none')
        layers = dict(norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.c1_bottleneck = (
            ConvModule(c1_in_channels, c1_channels, 1, conv_cfg=self.conv_cfg, **layers) if c1_in_channels else None)
        self.sep_bottleneck = nn.Sequential(
            DepthwiseSeparableConvModule(self.channels + c1_channels, self.channels, 3, padding=1, **layers),
            DepthwiseSeparableConvModule(self.channels, self.channels, 3, padding=1, **layers))

    def _pyramid(self, **layers: dict | None) -> ASPPModule:
        return DepthwiseSeparableASPPModule(
            dilations=self.dilations, in_channels=self.in_channels, channels=self.channels, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._forward_feature(inputs)
        if self.c1_bottleneck is not None:
            detail = self.c1_bottleneck(inputs[0])  # (N, c1_channels, H, W), larger than x
            x = resize(x, detail.shape[2:], mode='bilinear', align_corners=self.align_corners)
            x = torch.cat([x, detail], dim=1)
        return self.cls_seg(self.sep_bottleneck(x))
