"""Layers that several models share."""

from .checkpointed import checkpointed
from .normalize import normalize_bytes
from .res_layer import ResLayer
from .resize import Upsample, resize
from .resized_conv import can_factor, conv_module_over_resized, conv_over_resized
from .up_conv_block import UpConvBlock

__all__ = [
    'ResLayer', 'UpConvBlock', 'Upsample', 'can_factor', 'checkpointed', 'conv_module_over_resized',
    'conv_over_resized', 'normalize_bytes', 'resize',
]
