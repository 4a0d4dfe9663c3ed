"""Weights of Twins."""

from mmcv.checkpoint.layouts import Layout

from .query_key_value import join_query_key_value

_PATCHES = (r'^patch_embeds\.(\d+)\.proj\.', r'patch_embeds.\1.projection.')
_RULES = (
    (r'\.mlp\.fc1\.', '.ffn.layers.0.0.'),
    (r'\.mlp\.fc2\.', '.ffn.layers.1.'),
    (r'^blocks\.', 'layers.'),
    (r'^pos_block\.(\d+)\.proj\.0\.', r'position_encodings.\1.proj.'),
)

#: https://github.com/Meituan-AutoML/Twins
PCPVT = Layout(
    'the official Twins-PCPVT',
    marks=(r'^blocks\.0\.0\.attn\.q\.weight$', r'^patch_embeds\.0\.proj\.weight$'),
    rules=(_PATCHES, (r'\.attn\.proj\.', '.attn.attn.out_proj.'), *_RULES),
    dropped='^head',
    prepare=join_query_key_value,
)

#: The same code base; every other block, from the first one on, looks at windows, with an attention of its own.
SVT = Layout(
    'the official Twins-SVT',
    marks=(r'^blocks\.0\.0\.attn\.qkv\.weight$', r'^patch_embeds\.0\.proj\.weight$'),
    rules=(_PATCHES, (r'^(blocks\.\d+\.\d*[13579]\.attn)\.proj\.', r'\1.attn.out_proj.'), *_RULES),
    dropped='^head',
    prepare=join_query_key_value,
)
