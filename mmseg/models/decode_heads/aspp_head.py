"""The head of DeepLabV3."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized, resize

from .decode_head import BaseDecodeHead


class ASPPModule(nn.ModuleList):
    """Atrous spatial pyramid pooling: one convolution per dilation, side by side; the one of dilation 1 is 1x1.

    Args:
        dilations: of the convolutions.
        in_channels: channels of the input.
        channels: channels of each output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        dilations: Sequence[int],
        in_channels: int,
        channels: int,
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> None:
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        super().__init__(
            ConvModule(in_channels, channels, 1, **layers) if dilation == 1 else
            ConvModule(in_channels, channels, 3, dilation=dilation, padding=dilation, **layers)
            for dilation in dilations)
        self.dilations = dilations
        self.in_channels = in_channels
        self.channels = channels
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """One map (N, channels, H, W) per dilation of (N, in_channels, H, W)."""
        return [convolution(x) for convolution in self]


@HEADS.register_module()
class ASPPHead(BaseDecodeHead):
    """Rethinking atrous convolution (https://arxiv.org/abs/1706.05587).

    Args:
        dilations: of the parallel convolutions.
        factored: convolve over the pooled image as the vector that it is, without enlarging it first: a fifth of the
            bottleneck's multiplications less, the same results up to rounding.
        kwargs: see :class:`BaseDecodeHead`.
    """

    exact_switches = ('factored',)

    def __init__(self, dilations: Sequence[int] = (1, 6, 12, 18), factored: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(dilations, (list, tuple)):
            raise ValueError(f'dilations is {dilations!r}; give a list, such as (1, 6, 12, 18)')
        self.dilations = dilations
        self.factored = factored
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.image_pool = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), ConvModule(self.in_channels, self.channels, 1, **layers))
        self.aspp_modules = self._pyramid(**layers)
        self.bottleneck = ConvModule(
            (len(dilations) + 1) * self.channels, self.channels, 3, padding=1, **layers)

    def _pyramid(self, **layers: dict | None) -> ASPPModule:
        return ASPPModule(self.dilations, self.in_channels, self.channels, **layers)

    def _forward_feature(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Feature map (N, channels, h, w) before the classifier."""
        x = self._transform_inputs(inputs)
        pooled, maps = self.image_pool(x), torch.cat(self.aspp_modules(x), dim=1)
        if self.factored and can_factor(self.bottleneck):
            return conv_module_over_resized(
                self.bottleneck, maps, [], self.align_corners, before=[pooled])
        pooled = resize(pooled, x.shape[2:], mode='bilinear', align_corners=self.align_corners)
        return self.bottleneck(torch.cat([pooled, maps], dim=1))

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        return self.cls_seg(self._forward_feature(inputs))
