"""Multi-head attention with a residual connection."""

import warnings
from typing import Any

import torch
from torch import nn

from mmcv.cnn.base_module import BaseModule
from mmcv.cnn.bricks.drop import build_dropout
from mmcv.cnn.bricks.registry import ATTENTION
from mmcv.utils import deprecated_api_warning

from .dot_product_attention import DotProductAttention


@ATTENTION.register_module()
class MultiheadAttention(BaseModule):
    """Attention (https://arxiv.org/abs/1706.03762) with positions added to its inputs, and a residual connection.

    Args:
        embed_dims: channels of a token.
        num_heads: of the attention.
        attn_drop: probability of dropping a weight of the attention.
        proj_drop: probability of dropping a value of the output.
        dropout_layer: config of what drops before the residual is added; None means nothing.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
        batch_first: tokens are (N, L, E) instead of (L, N, E).
        kwargs: further arguments of ``torch.nn.MultiheadAttention``, such as ``bias``; ``dropout``, the old name of
            ``attn_drop`` and the probability of ``dropout_layer`` at once.

    Attributes:
        attn: the attention: :class:`DotProductAttention`, called with tokens (L, N, E) unless told otherwise.

    Raises:
        ValueError: the heads do not share the channels evenly.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        attn_drop: float = 0.0,
        proj_drop: float = 0.0,
        dropout_layer: dict | None = dict(type='Dropout', drop_prob=0.0),  # noqa: B006
        init_cfg: dict | list[dict] | None = None,
        batch_first: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(init_cfg)
        if embed_dims % num_heads:
            raise ValueError(
                f'{type(self).__name__}: num_heads is {num_heads}; it has to divide embed_dims, {embed_dims}')
        if 'dropout' in kwargs:
            warnings.warn('MultiheadAttention: dropout is deprecated, use attn_drop, proj_drop and dropout_layer',
                          DeprecationWarning, stacklevel=2)
            attn_drop = kwargs.pop('dropout')
            dropout_layer = {**(dropout_layer or {'type': 'Dropout'}), 'drop_prob': attn_drop}
        self.embed_dims = embed_dims
        self.num_heads = num_heads
        self.batch_first = batch_first
        self.attn = DotProductAttention(embed_dims, num_heads, attn_drop, **kwargs)
        self.proj_drop = nn.Dropout(proj_drop)
        self.dropout_layer = build_dropout(dropout_layer) if dropout_layer else nn.Identity()

    @deprecated_api_warning({'residual': 'identity'}, cls_name='MultiheadAttention')
    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor | None = None,
        value: torch.Tensor | None = None,
        identity: torch.Tensor | None = None,
        query_pos: torch.Tensor | None = None,
        key_pos: torch.Tensor | None = None,
        attn_mask: torch.Tensor | None = None,
        key_padding_mask: torch.Tensor | None = None,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Attend, and add the residual.

        Args:
            query: (L, N, E), or (N, L, E) with ``batch_first``; likewise all below.
            key: (S, N, E); None means ``query``.
            value: like ``key``; None means ``key``.
            identity: like ``query``, the residual; None means ``query``.
            query_pos: added to ``query``.
            key_pos: added to ``key``; None means ``query_pos`` where its shape fits.
            attn_mask: (L, S) or (N num_heads, L, S), true where not to look, or numbers to add.
            key_padding_mask: (N, S), true where nobody may look.
            kwargs: what other attentions of the same layer take; ignored.

        Returns:
            like ``query``.
        """
        key = query if key is None else key
        value = key if value is None else value
        identity = query if identity is None else identity
        if key_pos is None and query_pos is not None:
            if query_pos.shape == key.shape:
                key_pos = query_pos
            else:
                warnings.warn(f'{type(self).__name__}: no key_pos, and query_pos does not fit the keys', stacklevel=2)
        if query is key and key_pos is query_pos is not None:  # one sum serves both, and one projection
            query = key = query + query_pos
        else:
            query = query if query_pos is None else query + query_pos
            key = key if key_pos is None else key + key_pos
        out = self.attn(query, key, value, key_padding_mask, attn_mask=attn_mask, batch_first=self.batch_first)[0]
        return identity + self.dropout_layer(self.proj_drop(out))
