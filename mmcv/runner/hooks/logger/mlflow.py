"""Curves in MLflow."""

from collections.abc import Mapping

import numpy as np

from mmcv.checkpoint import unwrap
from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class MlflowLoggerHook(LoggerHook):
    """Logs to an MLflow tracking server.

    Args:
        exp_name: the experiment; None is the active one.
        tags, params: of the run.
        log_model: log the model itself at the end.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.
    """

    def __init__(
        self,
        exp_name: str | None = None,
        tags: dict | None = None,
        params: dict | None = None,
        log_model: bool = True,
        interval: int = 10,
        ignore_last: bool = True,
        reset_flag: bool = False,
        by_epoch: bool = True,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.exp_name = exp_name
        self.tags = tags
        self.params = params
        self.log_model = log_model

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open()

    @master_only
    def _open(self) -> None:
        self.mlflow = imported('mlflow', 'mlflow', self)
        if self.exp_name is not None:
            self.mlflow.set_experiment(self.exp_name)
        if self.tags is not None:
            self.mlflow.set_tags(self.tags)
        if self.params is not None:
            self.mlflow.log_params(self.params)

    @master_only
    def log(self, runner: Runner) -> None:
        self.mlflow.log_metrics(self.get_loggable_tags(runner), step=self.get_iter(runner))

    @master_only
    def log_pictures(self, runner: Runner, pictures: Mapping[str, np.ndarray]) -> None:
        for name, picture in pictures.items():
            self.mlflow.log_image(picture, f'{name}/{self.get_iter(runner)}.png')

    @master_only
    def after_run(self, runner: Runner) -> None:
        if self.log_model:
            self.mlflow.pytorch.log_model(unwrap(runner.model), 'models')
