"""What the project does otherwise than mmcv 1.x, in a package of its own, as was usual."""

from .checkpoint import load_checkpoint
from .hooks import AccumulatingOptimizerHook, AnnounceHook, ClearingEvalHook, CountingLoggerHook
from .layer_decay import DepthDecayOptimizerConstructor
from .runner import OwnFilesRunner
from .text_logger import LayerRatesLoggerHook

__all__ = [
    'AccumulatingOptimizerHook', 'AnnounceHook', 'ClearingEvalHook', 'CountingLoggerHook',
    'DepthDecayOptimizerConstructor', 'LayerRatesLoggerHook', 'OwnFilesRunner', 'load_checkpoint',
]
