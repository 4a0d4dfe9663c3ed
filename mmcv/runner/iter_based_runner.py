"""A run of a given number of iterations."""

from collections.abc import Iterable
from typing import Any

import torch

from .base_runner import BaseRunner
from .batch_stream import BatchStream
from .builder import RUNNERS
from .hook_host import DEFAULT_TIMER, HookConfig


@RUNNERS.register_module()
class IterBasedRunner(BaseRunner):
    """Trains for ``max_iters`` iterations, whatever an epoch is. Arguments as for :class:`BaseRunner`."""

    def train(self, stream: BatchStream, **kwargs: Any) -> None:
        """One training iteration."""
        self.model.train()
        self.mode = 'train'
        self.data_loader = stream
        self._epoch = max(self._iter - 1, 0) // len(stream)  # as mmcv: an epoch ends when its successor is asked for
        self.data_batch = self.fetch(stream)
        self.call_hook('before_train_iter')
        self.step(self.data_batch, train_mode=True, **kwargs)
        self.call_hook('after_train_iter')
        del self.data_batch
        self._inner_iter += 1
        self._iter += 1

    @torch.no_grad()
    def val(self, stream: BatchStream, **kwargs: Any) -> None:
        """One validation iteration: the loss on a batch."""
        self.model.eval()
        self.mode = 'val'
        self.data_loader = stream
        self.data_batch = stream.next(0)
        self.call_hook('before_val_iter')
        self.step(self.data_batch, train_mode=False, **kwargs)
        self.call_hook('after_val_iter')
        del self.data_batch
        self._inner_iter += 1

    def run(
        self, data_loaders: list[Iterable], workflow: list[tuple[str, int]], max_iters: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Run until ``max_iters``.

        Args:
            data_loaders: one per workflow entry.
            workflow: [('train', 1)], or [('train', n), ('val', m)] to look at the loss on m batches after every n.
            max_iters: the 0.x place for the length of the run.
            kwargs: passed to ``train_step`` and ``val_step``.

        Raises:
            ValueError: the loaders do not match the workflow, or the run has no length.
        """
        self._max_iters = max_iters or self._max_iters
        check_workflow(data_loaders, workflow)
        if self._max_iters is None:
            raise ValueError('runner: max_iters is missing: runner = dict(type="IterBasedRunner", max_iters=40000)')
        streams = [BatchStream(loader) for loader in data_loaders]
        self.data_loader = streams[0]
        self.logger.info(f'Running to iteration {self._max_iters}, workflow {workflow}, in {self.work_dir}; hooks:\n'
                         f'{self.get_hook_info()}')
        try:
            self.call_hook('before_run')
            self.call_hook('before_epoch')
            while self._iter < self._max_iters and not self._stopped:
                for (mode, iterations), stream in zip(workflow, streams):
                    self._inner_iter = 0
                    for _ in range(iterations):
                        if mode == 'train' and (self._iter >= self._max_iters or self._stopped):
                            break
                        getattr(self, mode)(stream, **kwargs)
            self.call_hook('after_epoch')
            self.call_hook('after_run')
        finally:
            self.call_hook('close')

    def register_training_hooks(
        self,
        lr_config: HookConfig,
        optimizer_config: HookConfig = None,
        checkpoint_config: HookConfig = None,
        log_config: dict | None = None,
        momentum_config: HookConfig = None,
        timer_config: HookConfig = DEFAULT_TIMER,
        custom_hooks_config: HookConfig | list = None,
    ) -> None:
        """As :meth:`BaseRunner.register_training_hooks`; what does not say ``by_epoch`` counts iterations."""
        if log_config is not None:
            log_config = {**log_config, 'hooks': [_by_iteration(info) for info in log_config.get('hooks', [])]}
        super().register_training_hooks(
            _by_iteration(lr_config), optimizer_config, _by_iteration(checkpoint_config), log_config,
            _by_iteration(momentum_config), timer_config, custom_hooks_config)


def check_workflow(data_loaders: list[Iterable], workflow: list[tuple[str, int]]) -> None:
    """Refuse a workflow that cannot be run."""
    if len(data_loaders) != len(workflow):
        raise ValueError(f'workflow {workflow} needs {len(workflow)} data loaders, not {len(data_loaders)}')
    if not any(mode == 'train' for mode, _ in workflow) or any(mode not in ('train', 'val') for mode, _ in workflow):
        raise ValueError(f"workflow {workflow}: use [('train', 1)] or [('train', n), ('val', m)]")
    if not all(len(loader) for loader in data_loaders):
        raise ValueError('a data loader has no batch: there are fewer images than data.samples_per_gpu times the '
                         'processes; lower it or add images')


def _by_iteration(config: HookConfig) -> HookConfig:
    if not isinstance(config, dict):
        return config
    config = config.copy()
    config.setdefault('by_epoch', False)
    return config
