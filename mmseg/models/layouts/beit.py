"""Weights of BEiT and of masked autoencoders."""

from mmcv.checkpoint.layouts import Layout

_RULES = (
    (r'^(blocks\..*)norm', r'\1ln'),
    (r'^(blocks\..*)\.mlp\.fc1\.', r'\1.ffn.layers.0.0.'),
    (r'^(blocks\..*)\.mlp\.fc2\.', r'\1.ffn.layers.1.'),
    (r'^blocks\.', 'layers.'),
    (r'^patch_embed\.proj\.', 'patch_embed.projection.'),
)
_ATTENTION = r'^blocks\.0\.attn\.qkv\.weight$'

#: https://github.com/microsoft/unilm/tree/master/beit
BEIT = Layout('the official BEiT', marks=(_ATTENTION, r'^blocks\.0\.gamma_1$'), rules=_RULES)

#: https://github.com/facebookresearch/mae
MAE = Layout('the official MAE', marks=(_ATTENTION, '^pos_embed$'), rules=_RULES)
