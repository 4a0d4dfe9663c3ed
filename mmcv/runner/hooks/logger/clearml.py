"""Curves in ClearML."""

from typing import Any

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class ClearMLLoggerHook(LoggerHook):
    """Logs to https://clear.ml.

    Args:
        init_kwargs: arguments of ``clearml.Task.init``.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.

    Raises:
        ValueError: clearml is not installed.
    """

    def __init__(
        self, init_kwargs: dict[str, Any] | None = None, interval: int = 10, ignore_last: bool = True,
        reset_flag: bool = False, by_epoch: bool = True,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.clearml = imported('clearml', 'clearml', self)
        self.init_kwargs = init_kwargs or {}

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open()

    @master_only
    def _open(self) -> None:
        self.task = self.clearml.Task.init(**self.init_kwargs)
        self.task_logger = self.task.get_logger()

    @master_only
    def log(self, runner: Runner) -> None:
        for tag, value in self.get_loggable_tags(runner).items():
            self.task_logger.report_scalar(tag, tag, value, self.get_iter(runner))
