"""The head of EMANet."""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv import dist
from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS

from .decode_head import BaseDecodeHead


class EMAModule(nn.Module):
    """Rebuilds a map out of a few bases, found by expectation maximization.

    Args:
        channels: channels of the map.
        num_bases: how many bases.
        num_stages: iterations, at least 1.
        momentum: of the moving average over what batches find, which all ranks share.
    """

    def __init__(self, channels: int, num_bases: int, num_stages: int, momentum: float) -> None:
        super().__init__()
        if num_stages < 1:
            raise ValueError(f'EMAModule: num_stages is {num_stages}; use at least 1')
        self.num_bases = num_bases
        self.num_stages = num_stages
        self.momentum = momentum
        bases = torch.empty(1, channels, num_bases).normal_(0, math.sqrt(2.0 / num_bases))
        self.register_buffer('bases', _normalized(bases))

    @torch.no_grad()
    def forward(self, feats: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) to the same; no gradient passes."""
        cells = feats.flatten(2)  # (N, C, L)
        bases = self.bases.expand(feats.shape[0], -1, -1)  # (N, C, K)
        for _ in range(self.num_stages):
            attention = (cells.mT @ bases).softmax(dim=2)  # (N, L, K)
            bases = _normalized(cells @ _normalized(attention, p=1))
        if self.training:
            found = dist.all_reduce(bases.mean(dim=0, keepdim=True)) / dist.get_dist_info()[1]
            self.bases = (1 - self.momentum) * self.bases + self.momentum * _normalized(found)
        return (bases @ attention.mT).view_as(feats)


def _normalized(x: torch.Tensor, p: int = 2) -> torch.Tensor:
    """``normalize`` along dimension 1; of no cell at all it is 0 in half precision too, which has no 1e-12."""
    return F.normalize(x, p, dim=1, eps=max(1e-12, torch.finfo(x.dtype).tiny))


@HEADS.register_module()
class EMAHead(BaseDecodeHead):
    """Expectation-maximization attention (https://arxiv.org/abs/1907.13426).

    Args:
        ema_channels: channels of the map that is rebuilt.
        num_bases, num_stages, momentum: of :class:`EMAModule`.
        concat_input: join the input to the output, and convolve once more.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(
        self, ema_channels: int, num_bases: int, num_stages: int, concat_input: bool = True, momentum: float = 0.1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.ema_channels = ema_channels
        self.num_bases = num_bases
        self.num_stages = num_stages
        self.concat_input = concat_input
        self.momentum = momentum
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.ema_module = EMAModule(ema_channels, num_bases, num_stages, momentum)
        self.ema_in_conv = ConvModule(self.in_channels, ema_channels, 3, padding=1, **layers)
        self.ema_mid_conv = ConvModule(
            ema_channels, ema_channels, 1, conv_cfg=self.conv_cfg, norm_cfg=None, act_cfg=None)
        self.ema_mid_conv.requires_grad_(False)  # no gradient passes the module behind it
        self.ema_out_conv = ConvModule(ema_channels, ema_channels, 1, **{**layers, 'act_cfg': None})
        self.bottleneck = ConvModule(ema_channels, self.channels, 3, padding=1, **layers)
        if concat_input:
            self.conv_cat = ConvModule(self.in_channels + self.channels, self.channels, 3, padding=1, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._transform_inputs(inputs)
        feats = self.ema_in_conv(x)
        rebuilt = self.ema_out_conv(self.ema_module(self.ema_mid_conv(feats)).relu())
        out = self.bottleneck((feats + rebuilt).relu())
        if self.concat_input:
            out = self.conv_cat(torch.cat([x, out], dim=1))
        return self.cls_seg(out)
