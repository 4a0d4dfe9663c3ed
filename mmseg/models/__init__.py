"""Segmentation models, and the registries through which configs choose their parts."""
from .backbones import *  # noqa: F403
from .backbones import __all__ as _backbones
from .builder import (
    BACKBONES,
    HEADS,
    LOSSES,
    NECKS,
    SEGMENTORS,
    build_backbone,
    build_head,
    build_loss,
    build_neck,
    build_segmentor,
)
from .decode_heads import *  # noqa: F403
from .decode_heads import __all__ as _decode_heads
from .losses import *  # noqa: F403
from .losses import __all__ as _losses
from .segmentors import *  # noqa: F403
from .segmentors import __all__ as _segmentors

__all__ = [
    *_backbones,
    *_decode_heads,
    *_losses,
    *_segmentors,
    'BACKBONES',
    'HEADS',
    'LOSSES',
    'NECKS',
    'SEGMENTORS',
    'build_backbone',
    'build_head',
    'build_loss',
    'build_neck',
    'build_segmentor',
]
