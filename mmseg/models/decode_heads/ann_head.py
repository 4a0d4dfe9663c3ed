"""The head of asymmetric non-local networks."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers.self_attention_block import SelfAttentionBlock

from .decode_head import BaseDecodeHead


class PPMConcat(nn.ModuleList):
    """Averages over grids of several sizes, as one sequence of cells.

    Args:
        pool_scales: cells per side of each grid.
    """

    def __init__(self, pool_scales: Sequence[int] = (1, 3, 6, 8)) -> None:
        super().__init__(nn.AdaptiveAvgPool2d(scale) for scale in pool_scales)

    def forward(self, feats: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, C, cells of all grids)."""
        return torch.cat([pool(feats).flatten(2) for pool in self], dim=2)


def _attention(
    low_in_channels: int, high_in_channels: int, channels: int, out_channels: int, share_key_query: bool,
    query_scale: int, key_pool_scales: Sequence[int], **layers: dict | None,
) -> SelfAttentionBlock:
    """Attention to a few pooled cells, which is what makes it asymmetric."""
    return SelfAttentionBlock(
        key_in_channels=low_in_channels, query_in_channels=high_in_channels, channels=channels,
        out_channels=out_channels, share_key_query=share_key_query,
        query_downsample=nn.MaxPool2d(kernel_size=query_scale) if query_scale > 1 else None,
        key_downsample=PPMConcat(key_pool_scales), key_query_num_convs=1, key_query_norm=True, value_out_num_convs=1,
        value_out_norm=False, matmul_norm=True, with_out=True, **layers)


class AFNB(nn.Module):
    """Asymmetric fusion: every cell of one map attends to pooled cells of another one.

    Args:
        low_in_channels, high_in_channels: channels of the two maps.
        channels: width of the attention.
        out_channels: channels of the output.
        query_scales: by how much the queries are pooled, one attention for each.
        key_pool_scales: cells per side of each grid that is attended to.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        low_in_channels: int,
        high_in_channels: int,
        channels: int,
        out_channels: int,
        query_scales: Sequence[int],
        key_pool_scales: Sequence[int],
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            _attention(low_in_channels, high_in_channels, channels, out_channels, False, scale, key_pool_scales,
                       conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg) for scale in query_scales)
        self.bottleneck = ConvModule(
            out_channels + high_in_channels, out_channels, 1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=None)

    def forward(self, low_feats: torch.Tensor, high_feats: torch.Tensor) -> torch.Tensor:
        """(N, low_in_channels, H, W) and (N, high_in_channels, H, W) to (N, out_channels, H, W)."""
        context = sum(stage(high_feats, low_feats) for stage in self.stages)
        return self.bottleneck(torch.cat([context, high_feats], dim=1))


class APNB(nn.Module):
    """Asymmetric pyramid: every cell of a map attends to pooled cells of it.

    Args:
        in_channels, out_channels: channels of the map and of the output.
        channels: width of the attention.
        query_scales: by how much the queries are pooled, one attention for each.
        key_pool_scales: cells per side of each grid that is attended to.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        out_channels: int,
        query_scales: Sequence[int],
        key_pool_scales: Sequence[int],
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> None:
        super().__init__()
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.stages = nn.ModuleList(
            _attention(in_channels, in_channels, channels, out_channels, True, scale, key_pool_scales, **layers)
            for scale in query_scales)
        self.bottleneck = ConvModule(2 * in_channels, out_channels, 1, **layers)

    def forward(self, feats: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H, W)."""
        context = sum(stage(feats, feats) for stage in self.stages)
        return self.bottleneck(torch.cat([context, feats], dim=1))


@HEADS.register_module()
class ANNHead(BaseDecodeHead):
    """Asymmetric non-local networks (https://arxiv.org/abs/1908.07678).

    Args:
        project_channels: width of the attentions.
        query_scales: by how much the queries are pooled; only 1 keeps the size of the map.
        key_pool_scales: cells per side of each grid that is attended to.
        kwargs: see :class:`BaseDecodeHead`; takes two maps, the finer one first.
    """

    def __init__(
        self, project_channels: int, query_scales: Sequence[int] = (1,),
        key_pool_scales: Sequence[int] = (1, 3, 6, 8), **kwargs: Any,
    ) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        if len(self.in_channels) != 2:
            raise ValueError(f'ANNHead: in_channels is {self.in_channels}; give two, of a fine and of a coarse map')
        if any(scale != 1 for scale in query_scales):
            raise ValueError(f'ANNHead: query_scales is {query_scales}; pooled queries do not fit the map, use (1,)')
        low, high = self.in_channels
        self.project_channels = project_channels
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        attention = dict(
            channels=project_channels, query_scales=query_scales, key_pool_scales=key_pool_scales, **layers)
        self.fusion = AFNB(low, high, out_channels=high, **attention)
        self.bottleneck = ConvModule(high, self.channels, 3, padding=1, **layers)
        self.context = APNB(self.channels, out_channels=self.channels, **attention)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self.fusion(*self._transform_inputs(inputs))
        if self.dropout is not None:
            x = self.dropout(x)
        return self.cls_seg(self.context(self.bottleneck(x)))
