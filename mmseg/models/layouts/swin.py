"""Weights of the Swin transformer."""

import re
from collections.abc import Mapping

import torch

from mmcv.checkpoint.layouts import Layout

_MERGING = r'^(layers\.\d+\.downsample|features\.\d+)\.(norm|reduction)\.'


def _reorder_merging(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Sort the inputs of reductions, by column, row and channel there, as ``unfold`` has them: channel, row, column."""
    return {key: value.unflatten(-1, (2, 2, -1)).transpose(-1, -3).flatten(-3) if re.search(_MERGING, key) else value
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

#: https://github.com/pytorch/vision; stages and the reductions after them take turns, behind the patches.
SWIN_TORCHVISION = Layout(
    "torchvision's Swin transformer",
    marks=(r'^features\.1\.0\.attn\.qkv\.weight$', r'^features\.2\.reduction\.weight$'),
    rules=(
        (r'^features\.0\.0\.', 'patch_embed.projection.'),
        (r'^features\.0\.2\.', 'patch_embed.norm.'),
        *((rf'^features\.{2 * i + 1}\.', f'stages.{i}.blocks.') for i in range(4)),
        *((rf'^features\.{2 * i + 2}\.', f'stages.{i}.downsample.') for i in range(3)),
        (r'\.attn\.', '.attn.w_msa.'),
        (r'\.mlp\.0\.', '.ffn.layers.0.0.'),
        (r'\.mlp\.3\.', '.ffn.layers.1.'),
    ),
    dropped='^head|relative_position_index$',  # which lies flat there
    prepare=_reorder_merging,
)
