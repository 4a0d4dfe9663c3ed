"""Where the numbers of a run go."""

from .logger_hook import LoggerHook
from .mlflow import MlflowLoggerHook
from .tensorboard import TensorboardLoggerHook
from .text import TextLoggerHook
from .wandb import WandbLoggerHook

__all__ = ['LoggerHook', 'MlflowLoggerHook', 'TensorboardLoggerHook', 'TextLoggerHook', 'WandbLoggerHook']
