"""Saves checkpoints and removes old ones."""

import contextlib
import inspect
import re
from pathlib import Path
from typing import Any

from mmcv import dist
from mmcv.fileio import FileClient, atomic_symlink, remove_temporaries
from mmcv.runner.own_saving import on_main_alone, takes_all
from mmcv.utils.methods import closed_to_configs

from .hook import HOOKS, Hook
from .runner import Runner
from .sync_buffer import average_buffers


@HOOKS.register_module()
class CheckpointHook(Hook):
    """Saves ``iter_N.pth`` or ``epoch_N.pth``, then lets ``latest.pth`` point to it.

    Args:
        interval: save every so many iterations or epochs; -1 saves only at the end.
        by_epoch: whether ``interval`` counts epochs.
        save_optimizer: keep the optimizer's state too, without which nothing can be resumed.
        out_dir: save into the folder named like the work directory in this one, not into the work directory.
        max_keep_ckpts: how many of the newest to keep; -1 keeps all.
        save_last: save after the last iteration or epoch in any case.
        sync_buffer: average the buffers (BN statistics) over the processes before saving.
        file_client_args: without effect; ``out_dir`` says where: a folder, or ``s3://...`` and the like.
        create_symlink: make ``latest.pth``.
        meta: added to ``meta`` of the checkpoint.
        filename_tmpl: the file's name with {} for the number.
        async_save: go on as soon as the state is copied in host memory, and write it in a thread. One file is written
            at a time; an error is raised at the next save, or at the end of the run, which waits for the last one.
        **kwargs: of calls, not of configs: further arguments of a ``save_checkpoint`` of a project's runner.

    Attributes:
        args: what ``save_checkpoint`` is given beside ``save_optimizer``.
    """

    @closed_to_configs
    def __init__(
        self,
        interval: int = -1,
        by_epoch: bool = True,
        save_optimizer: bool = True,
        out_dir: str | None = None,
        max_keep_ckpts: int = -1,
        save_last: bool = True,
        sync_buffer: bool = False,
        file_client_args: dict | None = None,
        create_symlink: bool = True,
        meta: dict | None = None,
        filename_tmpl: str | None = None,
        async_save: bool = False,
        **kwargs: Any,
    ) -> None:
        if interval == 0:
            raise ValueError('interval is 0: give 1 or more, or -1 to save at the end only')
        self.interval = interval
        self.by_epoch = by_epoch
        self.save_optimizer = save_optimizer
        self.out_dir = out_dir
        self.max_keep_ckpts = max_keep_ckpts
        self.save_last = save_last
        self.sync_buffer = sync_buffer
        self.file_client_args = file_client_args
        self.async_save = async_save
        given = {'meta': meta, 'filename_tmpl': filename_tmpl, 'create_symlink': None if create_symlink else False}
        self.args = {**{name: value for name, value in given.items() if value is not None}, **kwargs}

    @property
    def template(self) -> str:
        """The file's name with {} for the number."""
        return self.args.get('filename_tmpl') or ('epoch_{}.pth' if self.by_epoch else 'iter_{}.pth')

    def before_run(self, runner: Runner) -> None:
        if self.by_epoch and runner.max_epochs is None:
            raise ValueError(f'checkpoint_config: by_epoch=True, but {type(runner).__name__} counts iterations: '
                             'write by_epoch=False')
        self.file_client = FileClient.for_writing(self.out_dir or runner.work_dir)
        self.out_dir = (self.file_client.join_path(self.out_dir, Path(runner.work_dir).name) if self.out_dir
                        else runner.work_dir)
        if dist.is_main() and Path(self.out_dir).exists():
            remove_temporaries(self.out_dir)
            if self.args.get('create_symlink', True) and runner.resumed_from:
                self._link(Path(runner.resumed_from))

    def _link(self, path: Path) -> None:
        """Do what the run that wrote the checkpoint may have been killed before."""
        latest = Path(self.out_dir, 'latest.pth')
        newer = not latest.exists() or path.stat().st_mtime_ns > latest.stat().st_mtime_ns
        if newer and path.parent.resolve() == latest.parent.resolve():
            atomic_symlink(path.name, latest)

    def after_train_iter(self, runner: Runner) -> None:
        if not self.by_epoch and (self.every_n_iters(runner, self.interval)
                                  or (self.save_last and self.is_last_iter(runner))):
            self.save(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        if self.by_epoch and (self.every_n_epochs(runner, self.interval)
                              or (self.save_last and self.is_last_epoch(runner))):
            self.save(runner)

    def save(self, runner: Runner) -> None:
        """Save a checkpoint now; every rank has to call it."""
        if self.sync_buffer:
            average_buffers(runner.model)
        if vars(type(self)._save_checkpoint).get('main_only'):
            on_main_alone(lambda runner: self._save_checkpoint(runner))(runner)
        else:
            self._save_checkpoint(runner)

    def _save_checkpoint(self, runner: Runner) -> None:
        """Save, and remove old ones; a project's may add to it, on every rank or, by ``master_only``, on rank 0."""
        name = self.template.format(runner.finished_epochs if self.by_epoch else runner.finished_iters)
        ours = {'save_optimizer': self.save_optimizer, 'create_symlink': True, 'meta': None,
                'background': self.async_save, 'afterwards': lambda: self._remove_old(name)}
        options = {**ours, **self.args}
        options.pop('filename_tmpl', None)
        if takes_all(runner.save_checkpoint):
            runner.save_checkpoint(self.out_dir, name, **options)
        else:  # a project's own, with the arguments of mmcv 1.x
            lacking = ours.keys() - inspect.signature(runner.save_checkpoint).parameters.keys()
            runner.save_checkpoint(
                self.out_dir, name, **{key: value for key, value in options.items() if key not in lacking})
            if dist.is_main():
                self._remove_old(name)
        runner.hook_msgs['last_ckpt'] = self.file_client.join_path(self.out_dir, name)

    def after_run(self, runner: Runner) -> None:
        runner.wait_for_checkpoint()

    def close(self, runner: Runner) -> None:
        try:  # of a run that ended otherwise
            runner.wait_for_checkpoint()
        except OSError as error:
            runner.logger.error(error)

    def _remove_old(self, newest: str) -> None:
        """Keep the last ones up to ``newest``; those of higher numbers are another run's."""
        if self.max_keep_ckpts <= 0:
            return
        pattern = re.compile(re.escape(self.template).replace(r'\{\}', r'(\d+)') + '$')
        names = self.file_client.list_dir_or_file(self.out_dir, list_dir=False)
        numbers = [(int(match[1]), name) for name in names if (match := pattern.match(name))]
        current = int(pattern.match(newest)[1])
        past = sorted(entry for entry in numbers if entry[0] <= current)
        for _, name in past[:-self.max_keep_ckpts]:
            with contextlib.suppress(FileNotFoundError):
                self.file_client.remove(self.file_client.join_path(self.out_dir, name))
