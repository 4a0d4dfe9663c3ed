"""Weights of the Swin transformer."""

from collections.abc import Mapping

import torch

from mmcv.checkpoint.layouts import Layout


def _reorder_merging(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Sort the inputs of reductions, by column, row and channel there, as ``unfold`` has them: channel, row, column."""
    return {key: value.unflatten(-1, (2, 2, -1)).transpose(-1, -3).flatten(-3) if '.downsample.' in key else value
            for key, value in weights.items()}


_RULES = (
    (r'^(layers\..*)\.attn\.', r'\1.attn.w_msa.'),
    (r'^(layers\..*)\.mlp\.fc1\.', r'\1.ffn.layers.0.0.'),
    (r'^(layers\..*)\.mlp\.fc2\.', r'\1.ffn.layers.1.'),
    (r'^layers\.', 'stages.'),
    (r'^patch_embed\.proj\.', 'patch_embed.projection.'),
)
_ATTENTION = r'^layers\.0\.blocks\.0\.attn\.qkv\.weight$'

#: https://github.com/microsoft/Swin-Transformer
SWIN = Layout(
    'the official Swin transformer',
    marks=(_ATTENTION, r'^layers\.0\.downsample\.reduction\.weight$'),
    rules=_RULES,
    dropped='^head',
    prepare=_reorder_merging,
)

#: https://github.com/huggingface/pytorch-image-models; a reduction is the first part of a stage, not the last.
SWIN_TIMM = Layout(
    "timm's Swin transformer",
    marks=(_ATTENTION, r'^layers\.1\.downsample\.reduction\.weight$'),
    rules=(*((rf'^layers\.{i}\.downsample\.', f'layers.{i - 1}.downsample.') for i in range(1, 4)), *_RULES),
    dropped='^head',
    prepare=_reorder_merging,
)
