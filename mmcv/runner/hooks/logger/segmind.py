"""Curves in Segmind."""

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class SegmindLoggerHook(LoggerHook):
    """Logs to https://segmind.com.

    Args:
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.

    Raises:
        ValueError: segmind is not installed.
    """

    def __init__(
        self, interval: int = 10, ignore_last: bool = True, reset_flag: bool = False, by_epoch: bool = True,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        segmind = imported('segmind', 'segmind', self)
        self.log_metrics = segmind.tracking.fluent.log_metrics
        self.mlflow_log = segmind.utils.logging_utils.try_mlflow_log

    @master_only
    def log(self, runner: Runner) -> None:
        if tags := self.get_loggable_tags(runner):
            self.mlflow_log(self.log_metrics, tags, step=runner.epoch, epoch=runner.epoch)
