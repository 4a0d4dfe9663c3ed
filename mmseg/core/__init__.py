from .evaluation import *  # noqa: F403
from .evaluation import DistEvalHook, EvalHook, get_classes, get_palette
from .hooks import ReportHook
from .seg import BasePixelSampler, OHEMPixelSampler, build_pixel_sampler
from .utils import add_prefix
from .visualization import colorize, draw_curves
