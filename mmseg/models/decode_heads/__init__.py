"""Decode heads."""
from .cascade_decode_head import BaseCascadeDecodeHead
from .decode_head import BaseDecodeHead
from .fcn_head import FCNHead
from .psp_head import PPM, PSPHead

__all__ = ['PPM', 'BaseCascadeDecodeHead', 'BaseDecodeHead', 'FCNHead', 'PSPHead']
