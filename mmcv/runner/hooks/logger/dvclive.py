"""Curves in DVCLive."""

from pathlib import Path
from typing import Any

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class DvcliveLoggerHook(LoggerHook):
    """Logs through https://dvc.org/doc/dvclive.

    Args:
        model_file: save a checkpoint there after every epoch.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`; with ``by_epoch`` a line per epoch.
        dvclive: the ``Live`` to log to; None makes one of ``kwargs``.
        **kwargs: arguments of ``dvclive.Live``.

    Raises:
        ValueError: dvclive is not installed.
    """

    def __init__(
        self, model_file: str | None = None, interval: int = 10, ignore_last: bool = True, reset_flag: bool = False,
        by_epoch: bool = True, dvclive: object = None, **kwargs: Any,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.model_file = model_file
        self.dvclive = dvclive if dvclive is not None else imported('dvclive', 'dvclive', self).Live(**kwargs)

    @master_only
    def log(self, runner: Runner) -> None:
        tags = self.get_loggable_tags(runner)
        if tags:
            self.dvclive.set_step(self.get_epoch(runner) if self.by_epoch else self.get_iter(runner))
        for name, value in tags.items():
            self.dvclive.log(name, value)

    def after_train_epoch(self, runner: Runner) -> None:
        if self.model_file is not None:
            path = Path(self.model_file)
            runner.save_checkpoint(str(path.parent), path.name, create_symlink=False)
        if self.by_epoch:
            super().after_train_epoch(runner)

    def after_train_iter(self, runner: Runner) -> None:
        if not self.by_epoch:
            super().after_train_iter(runner)
