"""torch's multi-head attention, computed without storing the weights of the attention."""

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.bricks.untouched import is_untouched
from mmcv.ops.onednn_linear import linear


class DotProductAttention(nn.MultiheadAttention):
    """``nn.MultiheadAttention`` by ``scaled_dot_product_attention``: the same parameters, the same result.

    torch's own makes the (L, S) weights unless told otherwise, and copies tokens whose batch comes first. What is rare
    (weights asked for, additional keys, keys of another width) is left to it.

    Attributes:
        joined: see :class:`mmcv.cnn.Linear`.
    """

    joined = True
    exact_switches = ('joined',)

    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        key_padding_mask: torch.Tensor | None = None,
        need_weights: bool = False,
        attn_mask: torch.Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
        batch_first: bool | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Attend.

        Args:
            query: (L, N, E), or (N, L, E) with ``batch_first``.
            key, value: (S, N, E), or (N, S, E) with ``batch_first``.
            key_padding_mask: (N, S), true where nobody may look, or numbers to add.
            need_weights, average_attn_weights, is_causal: as of ``nn.MultiheadAttention``, but False by default.
            attn_mask: (L, S) or (N num_heads, L, S), true where not to look, or numbers to add.
            batch_first: of this call; None means as the module was built.

        Returns:
            What is like ``query``, and the weights, if asked for.
        """
        batch_first = self.batch_first if batch_first is None else batch_first
        key_padding_mask, attn_mask = _without_bytes(key_padding_mask), _without_bytes(attn_mask)
        own = self._qkv_same_embed_dim and self.bias_k is None and not self.add_zero_attn
        if need_weights or is_causal or not own or query.dim() != 3:
            swap = batch_first != self.batch_first and query.dim() == 3
            inputs = (x.transpose(0, 1) if swap else x for x in (query, key, value))
            out, weights = super().forward(
                *inputs, key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal)
            return out.transpose(0, 1) if swap else out, weights
        heads, tokens = ((0, 2, 1, 3), (0, 2, 1, 3)) if batch_first else ((1, 2, 0, 3), (2, 0, 1, 3))
        q, k, v = (x.unflatten(2, (self.num_heads, self.head_dim)).permute(heads)
                   for x in self._project(query, key, value))
        bias = self._bias(attn_mask, key_padding_mask, q.dtype)
        out = F.scaled_dot_product_attention(q, k, v, bias, self.dropout if self.training else 0.0)
        out = out.permute(tokens).flatten(2)
        if self.joined and is_untouched(self.out_proj, nn.Linear):
            return linear(out, self.out_proj.weight, self.out_proj.bias), None
        return self.out_proj(out), None

    def _project(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> list[torch.Tensor]:
        """Queries, keys and values; what is made of the same tokens, in one product."""
        if query is key is value:
            groups = [(query, 3)]
        elif query is key:
            groups = [(query, 2), (value, 1)]
        elif key is value:
            groups = [(query, 1), (key, 2)]
        else:
            groups = [(query, 1), (key, 1), (value, 1)]
        rows = [count * self.embed_dim for _, count in groups]
        weights = self.in_proj_weight.split(rows)
        biases = [None] * len(rows) if self.in_proj_bias is None else self.in_proj_bias.split(rows)
        product = linear if self.joined else F.linear
        products = ((product(x, w, b), count) for (x, count), w, b in zip(groups, weights, biases))
        return [part for joint, count in products for part in joint.chunk(count, dim=-1)]

    def _bias(
        self, attn_mask: torch.Tensor | None, key_padding_mask: torch.Tensor | None, dtype: torch.dtype
    ) -> torch.Tensor | None:
        """What both masks add to the products of queries and keys, (N, heads, L, S) or fit to be broadcast to it."""
        bias = None
        if attn_mask is not None:
            bias = _added(attn_mask, dtype)
            bias = bias.unflatten(0, (-1, self.num_heads)) if bias.dim() == 3 else bias
        if key_padding_mask is not None:
            padding = _added(key_padding_mask, dtype)[:, None, None]
            bias = padding if bias is None else bias + padding
        return bias


def _without_bytes(mask: torch.Tensor | None) -> torch.Tensor | None:
    """Masks of 0.x may be bytes, which torch no longer takes."""
    return mask.bool() if mask is not None and mask.dtype == torch.uint8 else mask


def _added(mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    if mask.dtype != torch.bool:
        return mask.to(dtype)
    return torch.zeros_like(mask, dtype=dtype).masked_fill_(mask, float('-inf'))
