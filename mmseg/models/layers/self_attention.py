"""Attention of several heads, from queries, keys and values that come as one."""

import torch
import torch.nn.functional as F


def attend(
    qkv: torch.Tensor, num_heads: int, scale: float, bias: torch.Tensor | None = None, drop: float = 0.0
) -> torch.Tensor:
    """Weigh the values by how much queries and keys agree.

    Args:
        qkv: (N, L, 3 C), queries, keys and values, each those of all heads.
        num_heads: of the attention, a divisor of C.
        scale: what products of queries and keys are multiplied by.
        bias: (N or 1, heads or 1, L or 1, L), added to the products of queries (rows) and keys.
        drop: probability of dropping a weight.

    Returns:
        (N, L, C).
    """
    q, k, v = qkv.unflatten(2, (3, num_heads, -1)).permute(2, 0, 3, 1, 4)  # (N, heads, L, C / heads) each
    out = F.scaled_dot_product_attention(q, k, v, bias, drop, scale=scale)
    return out.transpose(1, 2).flatten(2)
