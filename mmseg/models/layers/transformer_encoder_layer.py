"""The layer of a vision transformer (https://arxiv.org/abs/2010.11929)."""

import torch
from torch import nn

from mmcv.cnn import BaseModule, build_norm_layer
from mmcv.cnn.bricks.transformer import FFN, MultiheadAttention

from .checkpointed import checkpointed


class TransformerEncoderLayer(BaseModule):
    """Attention and feed-forward network, each behind a norm and beside a residual connection.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        feedforward_channels: of the feed-forward network.
        drop_rate: probability of dropping a value after either.
        attn_drop_rate: probability of dropping a weight of the attention.
        drop_path_rate: probability of leaving out the feed-forward network for a sample.
        num_fcs: linear layers of the feed-forward network.
        qkv_bias: whether queries, keys and values have biases.
        act_cfg, norm_cfg: configs of the layers.
        batch_first: tokens are (N, L, C) instead of (L, N, C).
        attn_cfg, ffn_cfg: further arguments of :meth:`build_attn` and :meth:`build_ffn`.
        with_cp: save memory, spend time.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        num_fcs: int = 2,
        qkv_bias: bool = True,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        batch_first: bool = True,
        attn_cfg: dict | None = None,
        ffn_cfg: dict | None = None,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.norm1_name, norm1 = build_norm_layer(norm_cfg, embed_dims, postfix=1)
        self.add_module(self.norm1_name, norm1)
        self.build_attn({
            **(attn_cfg or {}), 'embed_dims': embed_dims, 'num_heads': num_heads, 'attn_drop': attn_drop_rate,
            'proj_drop': drop_rate, 'batch_first': batch_first, 'bias': qkv_bias})
        self.norm2_name, norm2 = build_norm_layer(norm_cfg, embed_dims, postfix=2)
        self.add_module(self.norm2_name, norm2)
        drop_path = dict(type='DropPath', drop_prob=drop_path_rate) if drop_path_rate > 0 else None
        self.build_ffn({
            **(ffn_cfg or {}), 'embed_dims': embed_dims, 'feedforward_channels': feedforward_channels,
            'num_fcs': num_fcs, 'ffn_drop': drop_rate, 'dropout_layer': drop_path, 'act_cfg': act_cfg})
        self.with_cp = with_cp

    def build_attn(self, attn_cfg: dict) -> None:
        """Make ``self.attn``."""
        self.attn = MultiheadAttention(**attn_cfg)

    def build_ffn(self, ffn_cfg: dict) -> None:
        """Make ``self.ffn``."""
        self.ffn = FFN(**ffn_cfg)

    @property
    def norm1(self) -> nn.Module:
        """The norm before the attention."""
        return self.get_submodule(self.norm1_name)

    @property
    def norm2(self) -> nn.Module:
        """The norm before the feed-forward network."""
        return self.get_submodule(self.norm2_name)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, L, C) to the same."""
        return checkpointed(self._layers, x, with_cp=self.with_cp)

    def _layers(self, x: torch.Tensor) -> torch.Tensor:
        x = self.attn(self.norm1(x), identity=x)
        return self.ffn(self.norm2(x), identity=x)
