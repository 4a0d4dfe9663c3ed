from .evaluation import *  # noqa: F403
from .evaluation import __all__ as _evaluation
from .hooks import ReportHook
from .seg import BasePixelSampler, OHEMPixelSampler, build_pixel_sampler
from .utils import add_prefix
from .visualization import colorize, draw_curves

__all__ = [
    'BasePixelSampler', 'OHEMPixelSampler', 'ReportHook', 'add_prefix', 'build_pixel_sampler', 'colorize',
    'draw_curves', *_evaluation,
]
