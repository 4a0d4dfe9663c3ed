"""Padding layers that configs name."""

from typing import Any

from torch import nn

from .registry import PADDING_LAYERS, build_layer

PADDING_LAYERS.register_module('zero', module=nn.ZeroPad2d)
PADDING_LAYERS.register_module('reflect', module=nn.ReflectionPad2d)
PADDING_LAYERS.register_module('replicate', module=nn.ReplicationPad2d)


def build_padding_layer(cfg: dict, *args: Any, **kwargs: Any) -> nn.Module:
    """Build a padding layer, for example ``build_padding_layer(dict(type='reflect'), 2)``."""
    return build_layer(cfg, PADDING_LAYERS, *args, **kwargs)
