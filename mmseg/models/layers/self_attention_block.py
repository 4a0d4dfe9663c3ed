"""Attention from one map to another."""
import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import ConvModule, constant_init


class SelfAttentionBlock(nn.Module):
    """Every cell of a map attends to all cells of another one.

    Args:
        key_in_channels, query_in_channels: of the map attended to, and of the one that attends.
        channels: of keys and queries, and of values if something follows them.
        out_channels: of the output.
        share_key_query: one projection for both.
        query_downsample, key_downsample: applied to the queries, and to keys and values; None means nothing.
        key_query_num_convs, value_out_num_convs: 1x1 convolutions in the projections.
        key_query_norm, value_out_norm: whether they have norms and activations.
        matmul_norm: divide the products by the root of ``channels``.
        with_out: whether a projection follows the attention.
        conv_cfg, norm_cfg, act_cfg: configs of the layers, where there are norms.

    Raises:
        ValueError: if a projection is shared by maps of different channels.
    """

    def __init__(
        self,
        key_in_channels: int,
        query_in_channels: int,
        channels: int,
        out_channels: int,
        share_key_query: bool,
        query_downsample: nn.Module | None,
        key_downsample: nn.Module | None,
        key_query_num_convs: int,
        value_out_num_convs: int,
        key_query_norm: bool,
        value_out_norm: bool,
        matmul_norm: bool,
        with_out: bool,
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> None:
        super().__init__()
        if share_key_query and key_in_channels != query_in_channels:
            raise ValueError(f'SelfAttentionBlock: share_key_query needs equal channels, not key_in_channels='
                             f'{key_in_channels} and query_in_channels={query_in_channels}')
        self.key_in_channels = key_in_channels
        self.query_in_channels = query_in_channels
        self.out_channels = out_channels
        self.channels = channels
        self.share_key_query = share_key_query
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        keys = dict(num_convs=key_query_num_convs, use_conv_module=key_query_norm, **layers)
        values = dict(num_convs=value_out_num_convs, use_conv_module=value_out_norm, **layers)
        self.key_project = self.build_project(key_in_channels, channels, **keys)
        self.query_project = self.key_project
        if not share_key_query:
            self.query_project = self.build_project(query_in_channels, channels, **keys)
        self.value_project = self.build_project(key_in_channels, channels if with_out else out_channels, **values)
        self.out_project = self.build_project(channels, out_channels, **values) if with_out else None
        self.query_downsample = query_downsample
        self.key_downsample = key_downsample
        self.matmul_norm = matmul_norm
        self.init_weights()

    def init_weights(self) -> None:
        """A single convolution at the end begins with zeros."""
        if isinstance(self.out_project, nn.Conv2d):
            constant_init(self.out_project, 0)

    def build_project(
        self,
        in_channels: int,
        channels: int,
        num_convs: int,
        use_conv_module: bool,
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
    ) -> nn.Module:
        """1x1 convolutions in a row, with norms and activations or without."""
        widths = [in_channels] + [channels] * (num_convs - 1)
        if use_conv_module:
            layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
            convs = [ConvModule(width, channels, 1, **layers) for width in widths]
        else:
            convs = [nn.Conv2d(width, channels, 1) for width in widths]
        return nn.Sequential(*convs) if num_convs > 1 else convs[0]

    def forward(self, query_feats: torch.Tensor, key_feats: torch.Tensor) -> torch.Tensor:
        """(N, query_in_channels, H, W) and (N, key_in_channels, h, w) to (N, out_channels, H, W)."""
        query, key, value = self.query_project(query_feats), self.key_project(key_feats), self.value_project(key_feats)
        if self.query_downsample is not None:
            query = self.query_downsample(query)
        if self.key_downsample is not None:
            key, value = self.key_downsample(key), self.key_downsample(value)
        scale = self.channels**-0.5 if self.matmul_norm else 1.0
        # (N, 1, cells, channels): the kernels that never store the products want the channels dense.
        tokens = (x.flatten(2).mT.contiguous()[:, None] for x in (query, key, value))
        context = F.scaled_dot_product_attention(*tokens, scale=scale)[:, 0]
        context = context.mT.reshape(query.shape[0], -1, *query.shape[2:])
        return context if self.out_project is None else self.out_project(context)
