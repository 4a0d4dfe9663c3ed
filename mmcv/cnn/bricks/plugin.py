"""Plugin layers, which configs put between the convolutions of a residual block."""

import re
from typing import Any

from torch import nn

from mmcv.ops import CrissCrossAttention

from .registry import PLUGIN_LAYERS, Abbreviated, build_layer, find

PLUGIN_LAYERS.register_module('CrissCrossAttention', module=CrissCrossAttention)


def infer_abbr(cls: type) -> str:
    """The class's ``_abbr_``, else its name in snake case: 'FancyBlock' becomes 'fancy_block'."""
    if isinstance(cls, Abbreviated):
        return cls._abbr_
    name = re.sub(r'([A-Z]+)([A-Z][a-z])', r'\1_\2', cls.__name__)
    return re.sub(r'([a-z\d])([A-Z])', r'\1_\2', name).lower()


def build_plugin_layer(cfg: dict, postfix: int | str = '', **kwargs: Any) -> tuple[str, nn.Module]:
    """Build a plugin layer.

    Args:
        cfg: ``dict(type=NAME, ...)``.
        postfix: ends the name.
        **kwargs: further arguments of the layer.

    Returns:
        Attribute name of the layer, and the layer.
    """
    return f'{infer_abbr(find(cfg, PLUGIN_LAYERS))}{postfix}', build_layer(cfg, PLUGIN_LAYERS, **kwargs)
