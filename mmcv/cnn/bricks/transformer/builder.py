"""How the parts of a transformer become of their configs."""

from torch import nn

from mmcv.cnn.bricks.registry import (
    ATTENTION,
    FEEDFORWARD_NETWORK,
    POSITIONAL_ENCODING,
    TRANSFORMER_LAYER,
    TRANSFORMER_LAYER_SEQUENCE,
)
from mmcv.utils import build_from_cfg


def build_positional_encoding(cfg: dict, default_args: dict | None = None) -> nn.Module:
    """Build what tells the positions of tokens apart."""
    return build_from_cfg(cfg, POSITIONAL_ENCODING, default_args)


def build_attention(cfg: dict, default_args: dict | None = None) -> nn.Module:
    """Build an attention, for example of ``dict(type='MultiheadAttention', embed_dims=256, num_heads=8)``."""
    return build_from_cfg(cfg, ATTENTION, default_args)


def build_feedforward_network(cfg: dict, default_args: dict | None = None) -> nn.Module:
    """Build what follows an attention, for example of ``dict(type='FFN', embed_dims=256)``."""
    return build_from_cfg(cfg, FEEDFORWARD_NETWORK, default_args)


def build_transformer_layer(cfg: dict, default_args: dict | None = None) -> nn.Module:
    """Build one layer: attentions, norms and feed-forward networks."""
    return build_from_cfg(cfg, TRANSFORMER_LAYER, default_args)


def build_transformer_layer_sequence(cfg: dict, default_args: dict | None = None) -> nn.Module:
    """Build an encoder or a decoder: layers in a row."""
    return build_from_cfg(cfg, TRANSFORMER_LAYER_SEQUENCE, default_args)
