"""Projections of attention, which others keep apart."""

from collections.abc import Mapping

import torch


def join_query_key_value(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """``attn.q`` and ``attn.kv`` to the one projection of ``nn.MultiheadAttention``, the rest as it is."""
    joined = {}
    for key, value in weights.items():
        if '.attn.q.' in key:
            both = torch.cat([value, weights[key.replace('.attn.q.', '.attn.kv.')]])
            joined[key.replace('.attn.q.', '.attn.attn.in_proj_')] = both
        elif '.attn.kv.' not in key:
            joined[key] = value
    return joined
