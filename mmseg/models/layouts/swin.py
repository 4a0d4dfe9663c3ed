"""Weights of the Swin transformer."""

from collections.abc import Mapping

import torch

from mmcv.checkpoint.layouts import Layout


def _reorder_merging(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Sort the inputs of reductions, by column, row and channel there, as ``unfold`` has them: channel, row, column."""
    return {key: value.unflatten(-1, (2, 2, -1)).transpose(-1, -3).flatten(-3) if '.downsample.' in key else value
            for key, value in weights.items()}


#: https://github.com/microsoft/Swin-Transformer
SWIN = Layout(
    'the official Swin transformer',
    marks=(r'^layers\.0\.blocks\.0\.attn\.qkv\.weight$', r'^patch_embed\.proj\.weight$'),
    rules=(
        (r'^(layers\..*)\.attn\.', r'\1.attn.w_msa.'),
        (r'^(layers\..*)\.mlp\.fc1\.', r'\1.ffn.layers.0.0.'),
        (r'^(layers\..*)\.mlp\.fc2\.', r'\1.ffn.layers.1.'),
        (r'^layers\.', 'stages.'),
        (r'^patch_embed\.proj\.', 'patch_embed.projection.'),
    ),
    dropped='^head',
    prepare=_reorder_merging,
)
