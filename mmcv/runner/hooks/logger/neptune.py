"""Curves in Neptune."""

from typing import Any

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class NeptuneLoggerHook(LoggerHook):
    """Logs to https://neptune.ai.

    Args:
        init_kwargs: arguments of ``neptune.init``.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.
        with_step: log with the iteration as the step; otherwise as one more value.

    Raises:
        ValueError: neptune is not installed.
    """

    def __init__(
        self, init_kwargs: dict[str, Any] | None = None, interval: int = 10, ignore_last: bool = True,
        reset_flag: bool = True, with_step: bool = True, by_epoch: bool = True,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.neptune = imported('neptune.new', 'neptune-client', self)
        self.init_kwargs = init_kwargs or {}
        self.with_step = with_step

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open()

    @master_only
    def _open(self) -> None:
        self.run = self.neptune.init(**self.init_kwargs)

    @master_only
    def log(self, runner: Runner) -> None:
        tags, step = self.get_loggable_tags(runner), self.get_iter(runner)
        for name, value in tags.items():
            if self.with_step:
                self.run[name].log(value, step=step)
            else:
                self.run[name].log({**tags, 'global_step': step})

    @master_only
    def after_run(self, runner: Runner) -> None:
        self.run.stop()
