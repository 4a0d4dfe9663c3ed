"""The head of APCNet."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS

from .decode_head import BaseDecodeHead


class ACM(nn.Module):
    """Adaptive context: every cell mixes the cells of a pooled grid by weights that it and the whole map decide on.

    Args:
        pool_scale: cells per side of the grid.
        fusion: whether a further convolution follows.
        in_channels, channels: channels of the input and of the output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        pool_scale: int,
        fusion: bool,
        in_channels: int,
        channels: int,
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> None:
        super().__init__()
        self.pool_scale = pool_scale
        self.fusion = fusion
        self.in_channels = in_channels
        self.channels = channels
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.pooled_redu_conv = ConvModule(in_channels, channels, 1, **layers)
        self.input_redu_conv = ConvModule(in_channels, channels, 1, **layers)
        self.global_info = ConvModule(channels, channels, 1, **layers)
        self.gla = nn.Conv2d(channels, pool_scale**2, 1)
        self.residual_conv = ConvModule(channels, channels, 1, **layers)
        if fusion:
            self.fusion_conv = ConvModule(channels, channels, 1, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, channels, H, W)."""
        cells = self.pooled_redu_conv(F.adaptive_avg_pool2d(x, self.pool_scale)).flatten(2)  # (N, C, s * s)
        x = self.input_redu_conv(x)
        whole = self.global_info(F.adaptive_avg_pool2d(x, 1))
        weights = self.gla(x + whole).sigmoid().flatten(2)  # (N, s * s, H * W)
        context = (cells @ weights).view_as(x)
        out = (self.residual_conv(context) + x).relu()
        return self.fusion_conv(out) if self.fusion else out


@HEADS.register_module()
class APCHead(BaseDecodeHead):
    """Adaptive pyramid context network (He et al., CVPR 2019).

    Args:
        pool_scales: cells per side of each grid.
        fusion: whether a convolution follows each context.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(self, pool_scales: Sequence[int] = (1, 2, 3, 6), fusion: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(pool_scales, (list, tuple)):
            raise ValueError(f'APCHead: pool_scales is {pool_scales!r}; give a list, such as (1, 2, 3, 6)')
        self.pool_scales = pool_scales
        self.fusion = fusion
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.acm_modules = nn.ModuleList(
            ACM(scale, fusion, self.in_channels, self.channels, **layers) for scale in pool_scales)
        self.bottleneck = ConvModule(
            self.in_channels + len(pool_scales) * self.channels, self.channels, 3, padding=1, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._transform_inputs(inputs)
        return self.cls_seg(self.bottleneck(torch.cat([x, *(module(x) for module in self.acm_modules)], dim=1)))
