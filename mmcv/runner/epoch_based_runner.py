"""A run of a given number of epochs."""

import warnings
from collections.abc import Iterable
from typing import Any

import torch

from .base_runner import BaseRunner
from .batch_stream import BatchStream
from .builder import RUNNERS
from .iter_based_runner import check_workflow


@RUNNERS.register_module()
class EpochBasedRunner(BaseRunner):
    """Trains for ``max_epochs`` passes over the data. Arguments as for :class:`BaseRunner`."""

    filename_tmpl = 'epoch_{}.pth'

    def train(self, stream: BatchStream, **kwargs: Any) -> None:
        """One epoch of training, or what is left of it after a resume."""
        self.model.train()
        self.mode = 'train'
        self.data_loader = stream
        self.call_hook('before_train_epoch')
        begin = self._iter - self._epoch * len(stream)
        for self._inner_iter in range(begin if 0 <= begin <= len(stream) else 0, len(stream)):
            self.model.train()
            self.data_batch = self.fetch(stream)
            self.call_hook('before_train_iter')
            self.run_iter(self.data_batch, train_mode=True, **kwargs)
            self.call_hook('after_train_iter')
            del self.data_batch
            self._iter += 1
            if self._stopped:
                return
        self.call_hook('after_train_epoch')
        self._epoch += 1

    def run_iter(self, data_batch: dict[str, Any], train_mode: bool, **kwargs: Any) -> None:
        """One step, of training or validation."""
        self.step(data_batch, train_mode, **kwargs)

    @torch.no_grad()
    def val(self, stream: BatchStream, **kwargs: Any) -> None:
        """The loss on one pass over the validation data."""
        self.model.eval()
        self.mode = 'val'
        self.data_loader = stream
        self.call_hook('before_val_epoch')
        for self._inner_iter in range(len(stream)):
            self.data_batch = stream.next(0)
            self.call_hook('before_val_iter')
            self.run_iter(self.data_batch, train_mode=False, **kwargs)
            self.call_hook('after_val_iter')
            del self.data_batch
        self.call_hook('after_val_epoch')

    def run(
        self, data_loaders: list[Iterable], workflow: list[tuple[str, int]], max_epochs: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Run until ``max_epochs``.

        Args:
            data_loaders: one per workflow entry.
            workflow: [('train', 1)], or [('train', n), ('val', 1)] to look at the validation loss after every n epochs.
            max_epochs: the 0.x place for the length of the run.
            kwargs: passed to ``train_step`` and ``val_step``.

        Raises:
            ValueError: the loaders do not match the workflow, or the run has no length.
        """
        self._max_epochs = max_epochs or self._max_epochs
        check_workflow(data_loaders, workflow)
        if self._max_epochs is None:
            raise ValueError('runner: max_epochs is missing: runner = dict(type="EpochBasedRunner", max_epochs=80)')
        streams = [BatchStream(loader) for loader in data_loaders]
        self.data_loader = next(stream for (mode, _), stream in zip(workflow, streams) if mode == 'train')
        self._max_iters = self._max_epochs * len(self.data_loader)
        self.logger.info(f'Running to epoch {self._max_epochs}, workflow {workflow}, in {self.work_dir}; hooks:\n'
                         f'{self.get_hook_info()}')
        try:
            self.call_hook('before_run')
            while self._epoch < self._max_epochs and not self._stopped:
                for (mode, epochs), stream in zip(workflow, streams):
                    for _ in range(epochs):
                        if mode == 'train' and (self._epoch >= self._max_epochs or self._stopped):
                            break
                        getattr(self, mode)(stream, **kwargs)
            self.call_hook('after_run')
        finally:
            self.call_hook('close')

    def _checkpoint_number(self) -> int:
        return self.finished_epochs

    def _meta_epoch(self) -> int:
        return self.finished_epochs


@RUNNERS.register_module()
class Runner(EpochBasedRunner):
    """The name of :class:`EpochBasedRunner` before mmcv 1.0."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn('Runner was renamed: use EpochBasedRunner', DeprecationWarning, stacklevel=2)
        super().__init__(*args, **kwargs)
