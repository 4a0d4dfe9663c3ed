"""Curves in TensorBoard."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class TensorboardLoggerHook(LoggerHook):
    """Writes event files.

    Args:
        log_dir: where to; None is ``tf_logs`` in the work directory.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.
    """

    def __init__(
        self,
        log_dir: str | None = None,
        interval: int = 10,
        ignore_last: bool = True,
        reset_flag: bool = False,
        by_epoch: bool = True,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.log_dir = log_dir

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open(runner)

    @master_only
    def _open(self, runner: Runner) -> None:
        tensorboard = imported('torch.utils.tensorboard', 'tensorboard', self)
        self.writer = tensorboard.SummaryWriter(self.log_dir or str(Path(runner.work_dir, 'tf_logs')))

    @master_only
    def log(self, runner: Runner) -> None:
        for tag, value in self.get_loggable_tags(runner, allow_text=True).items():
            if isinstance(value, str):
                self.writer.add_text(tag, value, self.get_iter(runner))
            else:
                self.writer.add_scalar(tag, value, self.get_iter(runner))

    @master_only
    def log_pictures(self, runner: Runner, pictures: Mapping[str, np.ndarray]) -> None:
        for name, picture in pictures.items():
            self.writer.add_image(name, picture, self.get_iter(runner), dataformats='HWC')

    @master_only
    def after_run(self, runner: Runner) -> None:
        self.writer.close()
