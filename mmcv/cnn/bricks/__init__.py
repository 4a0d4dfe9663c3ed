"""The layers that models are made of, and the registries through which configs choose them."""

from .activation import Clamp, HSigmoid, HSwish, Swish, build_activation_layer
from .context_block import ContextBlock
from .conv import Conv2d, build_conv_layer
from .conv2d_adaptive_padding import Conv2dAdaptivePadding
from .conv_module import ConvModule
from .conv_ws import ConvAWS2d, ConvWS2d, conv_ws_2d
from .depthwise_separable_conv_module import DepthwiseSeparableConvModule
from .drop import Dropout, DropPath, build_dropout, drop_path
from .generalized_attention import GeneralizedAttention
from .linear import Linear
from .non_local import NonLocal1d, NonLocal2d, NonLocal3d
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
from .run_layers import run_layers, run_side_by_side
from .saconv import SAConv2d
from .scale import Scale
from .untouched import is_untouched
from .upsample import CARAFEPack, PixelShufflePack, build_upsample_layer

__all__ = [
    'ACTIVATION_LAYERS',
    'CONV_LAYERS',
    'DROPOUT_LAYERS',
    'NORM_LAYERS',
    'PADDING_LAYERS',
    'PLUGIN_LAYERS',
    'UPSAMPLE_LAYERS',
    'CARAFEPack',
    'Clamp',
    'ContextBlock',
    'Conv2d',
    'Conv2dAdaptivePadding',
    'ConvAWS2d',
    'ConvModule',
    'ConvWS2d',
    'DepthwiseSeparableConvModule',
    'DropPath',
    'Dropout',
    'GeneralizedAttention',
    'HSigmoid',
    'HSwish',
    'Linear',
    'NonLocal1d',
    'NonLocal2d',
    'NonLocal3d',
    'PixelShufflePack',
    'SAConv2d',
    'Scale',
    'Swish',
    'build_activation_layer',
    'build_conv_layer',
    'build_dropout',
    'build_norm_layer',
    'build_padding_layer',
    'build_plugin_layer',
    'build_upsample_layer',
    'conv_ws_2d',
    'drop_path',
    'is_norm',
    'is_untouched',
    'run_layers',
    'run_side_by_side',
]
