"""Transformers: attention, feed-forward networks, and the layers that configs compose of them."""

from mmcv.cnn.bricks.adaptive_padding import AdaptivePadding
from mmcv.cnn.bricks.registry import (
    ATTENTION,
    FEEDFORWARD_NETWORK,
    POSITIONAL_ENCODING,
    TRANSFORMER_LAYER,
    TRANSFORMER_LAYER_SEQUENCE,
)

from .builder import (
    build_attention,
    build_feedforward_network,
    build_positional_encoding,
    build_transformer_layer,
    build_transformer_layer_sequence,
)
from .deformable_attention import MultiScaleDeformableAttention
from .dot_product_attention import DotProductAttention
from .ffn import FFN
from .layer_sequence import TransformerLayerSequence
from .multihead_attention import MultiheadAttention
from .patch_embed import PatchEmbed
from .patch_merging import PatchMerging
from .transformer_layer import BaseTransformerLayer

__all__ = [
    'ATTENTION',
    'FEEDFORWARD_NETWORK',
    'FFN',
    'POSITIONAL_ENCODING',
    'TRANSFORMER_LAYER',
    'TRANSFORMER_LAYER_SEQUENCE',
    'AdaptivePadding',
    'BaseTransformerLayer',
    'DotProductAttention',
    'MultiScaleDeformableAttention',
    'MultiheadAttention',
    'PatchEmbed',
    'PatchMerging',
    'TransformerLayerSequence',
    'build_attention',
    'build_feedforward_network',
    'build_positional_encoding',
    'build_transformer_layer',
    'build_transformer_layer_sequence',
]
