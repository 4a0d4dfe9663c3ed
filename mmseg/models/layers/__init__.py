"""Layers that several models share."""

from .checkpointed import checkpointed
from .embed import PatchEmbed, PatchMerging
from .encoding import Encoding
from .inverted_residual import InvertedResidual, InvertedResidualV3
from .make_divisible import make_divisible
from .normalize import normalize_bytes
from .own_kernels import convolve_each
from .res_layer import ResLayer
from .resize import Upsample, has_size, resize
from .resized_conv import can_factor, conv_module_over_resized, conv_over_resized
from .se_layer import SELayer
from .self_attention_block import SelfAttentionBlock
from .shape_convert import laid_like, nchw2nlc2nchw, nchw_to_nlc, nlc2nchw2nlc, nlc_to_nchw
from .up_conv_block import UpConvBlock

__all__ = [
    'Encoding',
    'InvertedResidual',
    'InvertedResidualV3',
    'PatchEmbed',
    'PatchMerging',
    'ResLayer',
    'SELayer',
    'SelfAttentionBlock',
    'UpConvBlock',
    'Upsample',
    'can_factor',
    'checkpointed',
    'conv_module_over_resized',
    'conv_over_resized',
    'convolve_each',
    'has_size',
    'laid_like',
    'make_divisible',
    'nchw2nlc2nchw',
    'nchw_to_nlc',
    'nlc2nchw2nlc',
    'nlc_to_nchw',
    'normalize_bytes',
    'resize',
]
