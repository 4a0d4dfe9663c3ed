"""Weights of the mix transformer."""

import re
from collections.abc import Mapping

import torch

from mmcv.checkpoint.layouts import Layout

from .query_key_value import join_query_key_value

_STAGES = range(1, 5)


def _prepare(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Projections of attention as one, and linear layers of feed-forward networks as 1x1 convolutions."""
    return {key: value[..., None, None] if re.search(r'\.mlp\.fc[12]\.weight$', key) else value
            for key, value in join_query_key_value(weights).items()}


#: https://github.com/NVlabs/SegFormer
MIT = Layout(
    'the official mix transformer (SegFormer)',
    marks=(r'^block1\.0\.attn\.q\.weight$', r'^patch_embed1\.proj\.weight$'),
    rules=(
        *((rf'^patch_embed{i}\.proj\.', f'layers.{i - 1}.0.projection.') for i in _STAGES),
        *((rf'^patch_embed{i}\.', f'layers.{i - 1}.0.') for i in _STAGES),
        *((rf'^block{i}\.', f'layers.{i - 1}.1.') for i in _STAGES),
        *((rf'^norm{i}\.', f'layers.{i - 1}.2.') for i in _STAGES),
        (r'\.attn\.proj\.', '.attn.attn.out_proj.'),
        (r'\.mlp\.fc1\.', '.ffn.layers.0.'),
        (r'\.mlp\.dwconv\.dwconv\.', '.ffn.layers.1.'),
        (r'\.mlp\.fc2\.', '.ffn.layers.4.'),
    ),
    dropped='^head',
    prepare=_prepare,
)
