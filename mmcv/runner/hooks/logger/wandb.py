"""Curves in Weights & Biases."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmcv.dist import master_only
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class WandbLoggerHook(LoggerHook):
    """Logs to https://wandb.ai.

    Args:
        init_kwargs: arguments of ``wandb.init``.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.
        commit: as for ``wandb.log``, where there are no steps. A step is committed when the next begins, so that the
            metrics of an evaluation still get into that of their iteration.
        with_step: log with the iteration as the step; otherwise as one more value.
        log_artifact: upload the log files at the end.
        out_suffix: which files that concerns.
        define_metric_cfg: {metric: summary} for ``wandb.define_metric``.
    """

    def __init__(
        self,
        init_kwargs: dict | None = None,
        interval: int = 10,
        ignore_last: bool = True,
        reset_flag: bool = False,
        commit: bool = True,
        by_epoch: bool = True,
        with_step: bool = True,
        log_artifact: bool = True,
        out_suffix: str | tuple[str, ...] = ('.log.json', '.log', '.py'),
        define_metric_cfg: dict | None = None,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.init_kwargs = init_kwargs or {}
        self.commit = commit
        self.with_step = with_step
        self.log_artifact = log_artifact
        self.out_suffix = out_suffix
        self.define_metric_cfg = define_metric_cfg or {}

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open()

    @master_only
    def _open(self) -> None:
        self.wandb = imported('wandb', 'wandb', self)
        self.wandb.init(**self.init_kwargs)
        for metric, summary in self.define_metric_cfg.items():
            self.wandb.define_metric(metric, summary=summary)

    @master_only
    def log(self, runner: Runner) -> None:
        tags = self.get_loggable_tags(runner)
        if self.with_step:
            self.wandb.log(tags, step=self.get_iter(runner))
        else:
            self.wandb.log({**tags, 'global_step': self.get_iter(runner)}, commit=self.commit)

    @master_only
    def log_pictures(self, runner: Runner, pictures: Mapping[str, np.ndarray]) -> None:
        shown = {name: self.wandb.Image(picture) for name, picture in pictures.items()}
        step = {'step': self.get_iter(runner)} if self.with_step else {}
        self.wandb.log(shown, commit=self.commit, **step)

    @master_only
    def after_run(self, runner: Runner) -> None:
        if self.log_artifact:
            artifact = self.wandb.Artifact(name='artifact', type='model')
            for path in sorted(Path(runner.work_dir).iterdir()):
                if path.name.endswith(self.out_suffix):
                    artifact.add_file(str(path))
            self.wandb.log_artifact(artifact)
        self.wandb.finish()
