"""The pixel samplers that configs can name."""
from typing import Any

from mmcv.utils import Registry, build_from_cfg

from .base_pixel_sampler import BasePixelSampler

PIXEL_SAMPLERS = Registry('pixel sampler', base=BasePixelSampler)


def build_pixel_sampler(cfg: dict, **default_args: Any) -> BasePixelSampler:
    """Build the sampler of a head, for example of ``dict(type='OHEMPixelSampler', thresh=0.7)``."""
    return build_from_cfg(cfg, PIXEL_SAMPLERS, default_args)
