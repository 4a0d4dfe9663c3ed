"""The layers that models are made of, and the registries through which configs choose them."""
from .activation import Clamp, HSigmoid, HSwish, Swish, build_activation_layer
from .conv import Conv2d, build_conv_layer
from .conv_module import ConvModule
from .depthwise_separable_conv_module import DepthwiseSeparableConvModule
from .drop import Dropout, DropPath, build_dropout, drop_path
from .norm import build_norm_layer, is_norm
from .padding import build_padding_layer
from .plugin import build_plugin_layer
from .registry import (
    ACTIVATION_LAYERS,
    CONV_LAYERS,
    DROPOUT_LAYERS,
    NORM_LAYERS,
    PADDING_LAYERS,
    PLUGIN_LAYERS,
    UPSAMPLE_LAYERS,
)
from .scale import Scale
from .upsample import PixelShufflePack, build_upsample_layer

__all__ = [
    'ACTIVATION_LAYERS',
    'CONV_LAYERS',
    'DROPOUT_LAYERS',
    'NORM_LAYERS',
    'PADDING_LAYERS',
    'PLUGIN_LAYERS',
    'UPSAMPLE_LAYERS',
    'Clamp',
    'Conv2d',
    'ConvModule',
    'DepthwiseSeparableConvModule',
    'DropPath',
    'Dropout',
    'HSigmoid',
    'HSwish',
    'PixelShufflePack',
    'Scale',
    'Swish',
    'build_activation_layer',
    'build_conv_layer',
    'build_dropout',
    'build_norm_layer',
    'build_padding_layer',
    'build_plugin_layer',
    'build_upsample_layer',
    'drop_path',
    'is_norm',
]
