"""Weights of the vision transformer: of timm and DeiT, of torchvision, of the first implementation, in JAX."""

from collections.abc import Mapping

import torch

from mmcv.checkpoint.layouts import Layout

#: https://github.com/huggingface/pytorch-image-models, https://github.com/facebookresearch/deit
VIT = Layout(
    "timm's vision transformer",
    marks=(r'^blocks\.0\.attn\.qkv\.weight$', r'^patch_embed\.proj\.weight$'),
    rules=(
        (r'^norm\.', 'ln1.'),
        (r'^patch_embed\.proj\.', 'patch_embed.projection.'),
        (r'^(blocks\..*)norm', r'\1ln'),
        (r'^(blocks\..*)\.mlp\.fc1\.', r'\1.ffn.layers.0.0.'),
        (r'^(blocks\..*)\.mlp\.fc2\.', r'\1.ffn.layers.1.'),
        (r'^(blocks\..*)\.attn\.qkv\.', r'\1.attn.attn.in_proj_'),
        (r'^(blocks\..*)\.attn\.proj\.', r'\1.attn.attn.out_proj.'),
        (r'^blocks\.', 'layers.'),
    ),
    dropped='^head',
)

#: https://github.com/pytorch/vision; its files call the layers of feed-forward networks otherwise than its modules.
VIT_TORCHVISION = Layout(
    "torchvision's vision transformer",
    marks=('^conv_proj.weight$', r'^encoder\.layers\.encoder_layer_0\.self_attention\.in_proj_weight$'),
    rules=(
        (r'^conv_proj\.', 'patch_embed.projection.'),
        ('^class_token$', 'cls_token'),
        (r'^encoder\.pos_embedding$', 'pos_embed'),
        (r'^encoder\.ln\.', 'ln1.'),
        (r'^encoder\.layers\.encoder_layer_', 'layers.'),
        (r'\.ln_([12])\.', r'.ln\1.'),
        (r'\.self_attention\.', '.attn.attn.'),
        (r'\.mlp\.(0|linear_1)\.', '.ffn.layers.0.0.'),
        (r'\.mlp\.(3|linear_2)\.', '.ffn.layers.1.'),
    ),
    dropped=r'^heads\.',
)


def _prepare(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Kernels (inputs, outputs), those of attention with the heads apart, to weights (outputs, inputs)."""
    prepared = {}
    for key, value in weights.items():
        if key == 'embedding/kernel':
            value = value.permute(3, 2, 0, 1)  # (C, 3, h, w)
        elif '/query/' in key:
            parts = [weights[key.replace('/query/', f'/{part}/')] for part in ('query', 'key', 'value')]
            key = key.replace('/query/', '/in_proj_')
            if value.dim() == 3:  # (C, heads, C / heads) each
                value = torch.cat([part.flatten(1).T for part in parts])
            else:
                value = torch.cat([part.flatten() for part in parts])
        elif '/key/' in key or '/value/' in key:
            continue
        elif key.endswith('/out/kernel'):
            value = value.flatten(0, 1).T
        elif key.endswith('/kernel'):
            value = value.T
        prepared[key] = value
    return prepared


_BLOCK = r'^Transformer/encoderblock_(\d+)/'
#: https://github.com/google-research/vision_transformer
VIT_JAX = Layout(
    'the official vision transformer (JAX)',
    marks=(r'^embedding/kernel$', r'^Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/kernel$'),
    rules=(
        (r'^embedding/', 'patch_embed/projection/'),
        ('^Transformer/posembed_input/pos_embedding$', 'pos_embed'),
        ('^cls$', 'cls_token'),
        ('^Transformer/encoder_norm/', 'ln1/'),
        (_BLOCK + 'LayerNorm_0/', r'layers/\1/ln1/'),
        (_BLOCK + 'LayerNorm_2/', r'layers/\1/ln2/'),
        (_BLOCK + 'MultiHeadDotProductAttention_1/in_proj_', r'layers/\1/attn/attn/in_proj_'),
        (_BLOCK + 'MultiHeadDotProductAttention_1/out/', r'layers/\1/attn/attn/out_proj/'),
        (_BLOCK + 'MlpBlock_3/Dense_0/', r'layers/\1/ffn/layers/0/0/'),
        (_BLOCK + 'MlpBlock_3/Dense_1/', r'layers/\1/ffn/layers/1/'),
        (r'(kernel|scale)$', 'weight'),
        ('/', '.'),
    ),
    dropped='^(head|pre_logits)/',
    prepare=_prepare,
)
