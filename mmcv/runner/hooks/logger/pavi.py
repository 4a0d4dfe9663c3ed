"""Curves and checkpoints in Pavi."""

from functools import partial
from pathlib import Path
from typing import Any

import torch

from mmcv.checkpoint import unwrap
from mmcv.config import Config
from mmcv.dist import is_main, master_only
from mmcv.fileio import dump
from mmcv.parallel import to_device
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import LoggerHook, imported


@HOOKS.register_module()
class PaviLoggerHook(LoggerHook):
    """Logs to SenseTime's Pavi.

    Args:
        init_kwargs: arguments of ``pavi.SummaryWriter``; ``name``, ``model`` and ``session_text``, the config of
            ``runner.meta``, are added.
        add_graph, img_key: old names of ``active`` and ``img_key`` in ``add_graph_kwargs``.
        add_last_ckpt: upload the last checkpoint.
        interval, ignore_last, reset_flag, by_epoch: as for :class:`LoggerHook`.
        add_graph_kwargs: dict(active=False, start=0, interval=1, img_key='img', opset_version=11,
            dummy_forward_kwargs={}): whether, and at which epochs or iterations, the graph of the model is uploaded.
        add_ckpt_kwargs: dict(active=False, start=0, interval=1): the same for checkpoints.

    Raises:
        ValueError: (when the run starts) pavi is not installed.
    """

    def __init__(
        self,
        init_kwargs: dict[str, Any] | None = None,
        add_graph: bool | None = None,
        img_key: str | None = None,
        add_last_ckpt: bool = False,
        interval: int = 10,
        ignore_last: bool = True,
        reset_flag: bool = False,
        by_epoch: bool = True,
        add_graph_kwargs: dict[str, Any] | None = None,
        add_ckpt_kwargs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.init_kwargs = dict(init_kwargs or {})
        self.graph = {'active': False, 'start': 0, 'interval': 1, 'img_key': 'img', 'opset_version': 11,
                      'dummy_forward_kwargs': {}, **(add_graph_kwargs or {})}
        self.graph |= {} if add_graph is None else {'active': add_graph}
        self.graph |= {} if img_key is None else {'img_key': img_key}
        self.ckpt = {'active': False, 'start': 0, 'interval': 1, **(add_ckpt_kwargs or {})}
        self.add_last_ckpt = add_last_ckpt

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._open(runner)

    @master_only
    def _open(self, runner: Runner) -> None:
        self.run_name = Path(runner.work_dir).name
        self.init_kwargs.setdefault('name', self.run_name)
        self.init_kwargs.setdefault('model', type(unwrap(runner.model)).__name__)
        config = runner.meta.get('config_dict')
        if config is None and 'config_file' in runner.meta:
            config = Config.fromfile(runner.meta['config_file'])
        if config is not None:
            config = {'max_iter': runner.max_iters, **config}
            self.init_kwargs.setdefault('session_text', dump(config, file_format='json'))  # which is yaml too
        self.writer = imported('pavi', 'pavi', self).SummaryWriter(**self.init_kwargs)

    @master_only
    def log(self, runner: Runner) -> None:
        if tags := self.get_loggable_tags(runner, add_mode=False):
            self.writer.add_scalars(self.get_mode(runner), tags, self.get_step(runner))

    def get_step(self, runner: Runner) -> int:
        """The epoch of metrics where epochs are counted, else the iteration."""
        by_epoch = self.get_mode(runner) == 'val' and self.by_epoch
        return self.get_epoch(runner) if by_epoch else self.get_iter(runner)

    def before_train_epoch(self, runner: Runner) -> None:
        super().before_train_epoch(runner)
        if self.by_epoch and _due(self.graph, self.get_epoch(runner)):
            self._add_graph(runner, self.get_epoch(runner))

    def before_train_iter(self, runner: Runner) -> None:
        super().before_train_iter(runner)
        if not self.by_epoch and _due(self.graph, self.get_iter(runner)):
            self._add_graph(runner, self.get_iter(runner))

    def after_train_epoch(self, runner: Runner) -> None:
        super().after_train_epoch(runner)
        if self.by_epoch and _due(self.ckpt, self.get_epoch(runner)):
            self._add_checkpoint(Path(runner.work_dir, f'epoch_{self.get_epoch(runner)}.pth'), self.get_epoch(runner))

    def after_train_iter(self, runner: Runner) -> None:
        super().after_train_iter(runner)
        if not self.by_epoch and _due(self.ckpt, self.get_iter(runner)):
            self._add_checkpoint(Path(runner.work_dir, f'iter_{self.get_iter(runner)}.pth'), self.get_iter(runner))

    @master_only
    def after_run(self, runner: Runner) -> None:
        if self.add_last_ckpt:
            step = runner.finished_epochs if self.by_epoch else runner.finished_iters
            self._add_checkpoint(Path(runner.work_dir, 'latest.pth').resolve(), step)
        self.writer.close()

    def _add_checkpoint(self, path: Path, step: int) -> None:
        if is_main() and path.is_file():
            self.writer.add_snapshot_file(tag=self.run_name, snapshot_file_path=str(path), iteration=step)

    @master_only
    @torch.no_grad()
    def _add_graph(self, runner: Runner, step: int) -> None:
        model = unwrap(runner.model)
        img = to_device(next(iter(runner.data_loader.loader)), runner.device)[self.graph['img_key']]
        forward = model.forward
        try:
            model.forward = partial(getattr(model, 'forward_dummy', forward), **self.graph['dummy_forward_kwargs'])
            self.writer.add_graph(
                model, img, tag=f'{self.run_name}_{step}', opset_version=self.graph['opset_version'])
        finally:
            del model.forward


def _due(options: dict[str, Any], step: int) -> bool:
    past = step - options['start']
    return options['active'] and past >= 0 and past % options['interval'] == 0
