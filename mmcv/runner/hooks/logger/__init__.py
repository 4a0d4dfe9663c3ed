"""Where the numbers of a run go."""

from .clearml import ClearMLLoggerHook
from .dvclive import DvcliveLoggerHook
from .logger_hook import LoggerHook
from .mlflow import MlflowLoggerHook
from .neptune import NeptuneLoggerHook
from .pavi import PaviLoggerHook
from .segmind import SegmindLoggerHook
from .tensorboard import TensorboardLoggerHook
from .text import TextLoggerHook
from .trackio import TrackioLoggerHook
from .wandb import WandbLoggerHook

__all__ = [
    'ClearMLLoggerHook', 'DvcliveLoggerHook', 'LoggerHook', 'MlflowLoggerHook', 'NeptuneLoggerHook', 'PaviLoggerHook',
    'SegmindLoggerHook', 'TensorboardLoggerHook', 'TextLoggerHook', 'TrackioLoggerHook',
    'WandbLoggerHook',
]
