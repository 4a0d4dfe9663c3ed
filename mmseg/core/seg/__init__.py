"""Choosing the pixels that a loss looks at."""
from .base_pixel_sampler import BasePixelSampler
from .builder import PIXEL_SAMPLERS, build_pixel_sampler
from .ohem_pixel_sampler import OHEMPixelSampler

__all__ = ['PIXEL_SAMPLERS', 'BasePixelSampler', 'OHEMPixelSampler', 'build_pixel_sampler']
