"""Curves in Trackio."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class TrackioLoggerHook(LoggerHook):
    """Logs to Trackio, https://github.com/gradio-app/trackio: a dashboard on this machine, without an account.

    Args:
        init_kwargs: arguments of ``trackio.init``; ``project`` and ``name`` are by default the folder of the work
            directory and its name.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.
    """

    def __init__(
        self,
        init_kwargs: dict | None = None,
        interval: int = 10,
        ignore_last: bool = True,
        reset_flag: bool = False,
        by_epoch: bool = True,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.init_kwargs = init_kwargs or {}

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open(runner)

    @master_only
    def _open(self, runner: Runner) -> None:
        self.trackio = imported('trackio', 'trackio', self)
        folder = Path(runner.work_dir)
        self.trackio.init(**{'project': folder.parent.name, 'name': folder.name, **self.init_kwargs})

    @master_only
    def log(self, runner: Runner) -> None:
        self.trackio.log(self.get_loggable_tags(runner), step=self.get_iter(runner))

    @master_only
    def log_pictures(self, runner: Runner, pictures: Mapping[str, np.ndarray]) -> None:
        shown = {name: self.trackio.Image(picture) for name, picture in pictures.items()}
        self.trackio.log(shown, step=self.get_iter(runner))

    @master_only
    def after_run(self, runner: Runner) -> None:
        self.trackio.finish()
