"""Parts that several models share."""
from .normalize import normalize_bytes
from .res_layer import ResLayer
from .resized_conv import can_factor, conv_module_over_resized, conv_over_resized, is_untouched
from .up_conv_block import UpConvBlock

__all__ = [
    'ResLayer', 'UpConvBlock', 'can_factor', 'conv_module_over_resized', 'conv_over_resized', 'is_untouched',
    'normalize_bytes',
]
