"""The head of DMNet."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import ConvModule, build_activation_layer, build_norm_layer
from mmseg.models.builder import HEADS
from mmseg.models.layers import convolve_each

from .decode_head import BaseDecodeHead


class DCM(nn.Module):
    """A depthwise convolution whose filter is computed from the image.

    Args:
        filter_size: cells per side of the filter.
        fusion: whether a further convolution follows.
        in_channels, channels: channels of the input and of the output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        filter_size: int,
        fusion: bool,
        in_channels: int,
        channels: int,
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict,
    ) -> None:
        super().__init__()
        self.filter_size = filter_size
        self.fusion = fusion
        self.in_channels = in_channels
        self.channels = channels
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.filter_gen_conv = nn.Conv2d(in_channels, channels, 1)
        self.input_redu_conv = ConvModule(in_channels, channels, 1, **layers)
        self.norm = None if norm_cfg is None else build_norm_layer(norm_cfg, channels)[1]
        self.activate = build_activation_layer(act_cfg)
        if fusion:
            self.fusion_conv = ConvModule(channels, channels, 1, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, channels, H, W)."""
        filters = self.filter_gen_conv(F.adaptive_avg_pool2d(x, self.filter_size))  # (N, C, size, size)
        out = convolve_each(self.input_redu_conv(x), filters[:, :, None])
        out = self.activate(out if self.norm is None else self.norm(out))
        return self.fusion_conv(out) if self.fusion else out


@HEADS.register_module()
class DMHead(BaseDecodeHead):
    """Dynamic multi-scale filters (He et al., ICCV 2019).

    Args:
        filter_sizes: cells per side of each filter.
        fusion: whether a convolution follows each filter.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(self, filter_sizes: Sequence[int] = (1, 3, 5, 7), fusion: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(filter_sizes, (list, tuple)):
            raise ValueError(f'DMHead: filter_sizes is {filter_sizes!r}; give a list, such as (1, 3, 5, 7)')
        self.filter_sizes = filter_sizes
        self.fusion = fusion
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.dcm_modules = nn.ModuleList(
            DCM(size, fusion, self.in_channels, self.channels, **layers) for size in filter_sizes)
        self.bottleneck = ConvModule(
            self.in_channels + len(filter_sizes) * self.channels, self.channels, 3, padding=1, **layers)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._transform_inputs(inputs)
        return self.cls_seg(self.bottleneck(torch.cat([x, *(module(x) for module in self.dcm_modules)], dim=1)))
