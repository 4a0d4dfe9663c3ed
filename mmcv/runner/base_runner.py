"""What the runners share: the hooks, one step, saving and resuming."""

import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from numbers import Integral
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn
from torch.optim import Optimizer

from mmcv import dist
from mmcv.checkpoint import (
    STRIP_MODULE,
    Location,
    Writer,
    find_latest_checkpoint,
    load_checkpoint,
    named_optimizers,
    ours_only,
    read_checkpoint,
    restore_run,
    set_rng_state,
    state_of_run,
    unwrap,
)
from mmcv.fileio import FileClient
from mmcv.utils import get_logger

from .batch_stream import BatchStream
from .hook_host import HookHost
from .hooks.momentum_updater import momentum_of
from .log_buffer import LogBuffer
from .own_saving import on_main_alone, takes_all


@runtime_checkable
class _InitializesOnce(Protocol):
    """A model that knows whether its weights have been initialized."""

    is_init: bool


class BaseRunner(HookHost, ABC):
    """Runs a model over batches and calls hooks around each step.

    Args:
        model: has ``train_step`` and ``val_step`` (or give ``batch_processor``); wrapped for its device.
        batch_processor: ``f(model, batch, train_mode=..., **kwargs)`` in the place of these steps, for a model without.
        optimizer: a torch optimizer, or a dict of such.
        work_dir: the folder of logs and checkpoints; made if it is not there.
        logger: None is the logger 'mmcv'.
        meta: written into the log and into every checkpoint.
        max_iters, max_epochs: the length of the run; one of them.

    Attributes:
        iter, epoch, inner_iter: of the step that runs, from 0; ``inner_iter`` counts within the epoch.
        finished_iters, finished_epochs: what is behind; in ``after_train_iter`` the step that runs counts.
        resumed_from: the checkpoint that this run goes on from, or None.
        data_loader, data_batch: of the step that runs.
        outputs: what the last step returned.
        metrics: what the last evaluation returned.
        step_context: makes the context manager that the forward pass runs in (autocast).
    """

    filename_tmpl = 'iter_{}.pth'
    data_loader: BatchStream
    data_batch: dict[str, Any] | None = None
    saves_alone = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not takes_all(cls.save_checkpoint):
            cls.save_checkpoint = on_main_alone(cls.save_checkpoint)

    def __init__(
        self,
        model: nn.Module,
        batch_processor: Callable | None = None,
        optimizer: Optimizer | dict[str, Optimizer] | None = None,
        work_dir: str | None = None,
        logger: logging.Logger | None = None,
        meta: dict | None = None,
        max_iters: int | None = None,
        max_epochs: int | None = None,
    ) -> None:
        super().__init__()
        if max_iters is not None and max_epochs is not None:
            raise ValueError('runner: give max_iters or max_epochs, not both')
        for name, length in (('max_iters', max_iters), ('max_epochs', max_epochs)):
            if length is not None and (not isinstance(length, Integral) or length < 1):
                raise ValueError(f'{name} is {length!r}: use a whole number from 1 on')
        _check_arguments(model, batch_processor, optimizer, meta)
        self.model = model
        self.batch_processor = batch_processor
        self.optimizer = optimizer
        self.work_dir = str(Path(work_dir or '.').absolute())
        Path(self.work_dir).mkdir(parents=True, exist_ok=True)
        self.logger = logger or get_logger('mmcv')
        self._meta: dict[str, Any] = {}
        self.meta = meta
        self.timestamp = time.strftime('%Y%m%d_%H%M%S', time.localtime())
        self._rank, self._world_size = dist.get_dist_info()
        bare = unwrap(model)
        self._model_name = type(bare).__name__
        self.mode: str | None = None
        self.outputs: dict[str, Any] = {}
        self.metrics: dict[str, Any] = {}
        self.log_buffer = LogBuffer()
        self.step_context: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext
        self.finished_iters = self.finished_epochs = 0
        self.resumed_from: str | None = None
        self._epoch = self._iter = self._inner_iter = 0
        self._max_iters, self._max_epochs = max_iters, max_epochs
        self._rng_state: dict | None = None
        self._losses_agree = self.world_size == 1
        self._stopped = False
        self._writer = Writer()
        if isinstance(bare, _InitializesOnce) and not bare.is_init:
            self.logger.warning(f'init_weights() of {self._model_name} was never called: neither its init_cfg nor '
                                '`pretrained` has been followed')

    @property
    def model_name(self) -> str:
        """Its class, without wrappers."""
        return self._model_name

    @property
    def rank(self) -> int:
        return self._rank

    @property
    def world_size(self) -> int:
        return self._world_size

    @property
    def epoch(self) -> int:
        return self._epoch

    @property
    def iter(self) -> int:
        return self._iter

    @property
    def inner_iter(self) -> int:
        return self._inner_iter

    @property
    def max_iters(self) -> int | None:
        return self._max_iters

    @property
    def max_epochs(self) -> int | None:
        return self._max_epochs

    @property
    def meta(self) -> dict[str, Any]:
        """Written into the log and into every checkpoint; one that replaces it keeps what hooks have told."""
        return self._meta

    @meta.setter
    def meta(self, meta: dict[str, Any] | None) -> None:
        self._meta, told = {} if meta is None else meta, self._meta.get('hook_msgs', {})
        self._meta.setdefault('hook_msgs', told)

    @property
    def hook_msgs(self) -> dict[str, Any]:
        """What hooks tell each other and the checkpoint."""
        return self.meta['hook_msgs']

    @property
    def device(self) -> torch.device:
        """Where the model lies."""
        return next((parameter.device for parameter in self.model.parameters()), torch.device('cpu'))

    @abstractmethod
    def train(self, stream: BatchStream, **kwargs: Any) -> None:
        """Train for one workflow unit."""

    @abstractmethod
    def val(self, stream: BatchStream, **kwargs: Any) -> None:
        """Validate for one workflow unit."""

    @abstractmethod
    def run(self, data_loaders: list[Iterable], workflow: list[tuple[str, int]], **kwargs: Any) -> None:
        """Run to the end."""

    # --- one step

    def call_hook(self, stage: str, *args: Any) -> None:
        """Call all hooks at a stage, in their order; what ends then counts as finished."""
        if stage == 'before_run':
            self.finished_iters, self.finished_epochs = self._iter, self._epoch  # who resumes by hand sets the latter
        elif stage == 'after_train_iter':
            self.finished_iters = self._iter + 1
        elif stage == 'after_train_epoch':
            self.finished_epochs = self._epoch + 1
        super().call_hook(stage, *args)

    def fetch(self, stream: BatchStream) -> dict[str, Any]:
        """The next batch.

        After a resume the saved random state holds from the first batch on: loaders that are started may draw a seed,
        but their samples have randomness of their own.
        """
        dist.note_activity(f'loading iteration {self._iter + 1}')
        batch = stream.next(self._iter)
        dist.note_activity(f'computing iteration {self._iter + 1}')
        if self._rng_state is not None:
            set_rng_state(self._rng_state)
            self._rng_state = None
        return batch

    def step(self, batch: dict[str, Any], train_mode: bool, **kwargs: Any) -> None:
        """One forward pass (hooks do the rest); its ``log_vars`` go to the log buffer as they are, on the device."""
        with self.step_context():
            if self.batch_processor is not None:
                outputs = self.batch_processor(self.model, batch, train_mode=train_mode, **kwargs)
            elif train_mode:
                outputs = self.model.train_step(batch, self.optimizer, **kwargs)
            else:
                outputs = self.model.val_step(batch, self.optimizer, **kwargs)
        if not self._losses_agree:
            _check_that_losses_agree(outputs.get('log_vars', {}))
            self._losses_agree = True
        self.log_buffer.update(outputs.get('log_vars', {}), outputs.get('num_samples', 1))
        self.outputs = outputs

    def stop(self, reason: str) -> None:
        """End the run after the step that runs; every rank has to call it in the same step."""
        self.logger.info(f'Stopping after iteration {self.finished_iters}: {reason}')
        self._stopped = True

    # --- optimizers

    def optimizers(self) -> dict[str, Optimizer]:
        """The optimizers by name; a single one by its class."""
        return named_optimizers(self.optimizer)

    def param_groups(self) -> list[dict[str, Any]]:
        """The parameter groups of all optimizers."""
        return [group for optimizer in self.optimizers().values() for group in optimizer.param_groups]

    def of_groups(self, of: Callable[[dict], float]) -> list[float] | dict[str, list[float]]:
        """Something of each parameter group; with several optimizers a dict of such lists."""
        values = {name: [of(group) for group in opt.param_groups] for name, opt in self.optimizers().items()}
        return values if isinstance(self.optimizer, dict) else next(iter(values.values()), [0])

    def current_lr(self) -> list[float] | dict[str, list[float]]:
        """The learning rate of each parameter group; with several optimizers a dict of such lists."""
        return self.of_groups(lambda group: group['lr'])

    def current_momentum(self) -> list[float] | dict[str, list[float]]:
        """The momentum (or first beta) of each parameter group; with several optimizers a dict of such lists."""
        return self.of_groups(momentum_of)

    # --- checkpoints

    def load_checkpoint(
        self,
        filename: str,
        map_location: Location = 'cpu',
        strict: bool = False,
        revise_keys: Iterable[tuple[str, str]] = STRIP_MODULE,
    ) -> dict[str, Any]:
        """Load weights only; see :func:`mmcv.checkpoint.load_checkpoint`."""
        self.logger.info(f'Loading weights from {filename}')
        return load_checkpoint(self.model, filename, map_location, strict, self.logger, revise_keys)

    def save_checkpoint(
        self,
        out_dir: str,
        filename_tmpl: str | None = None,
        save_optimizer: bool = True,
        meta: dict | None = None,
        create_symlink: bool = True,
        background: bool = False,
        afterwards: Callable[[], None] | None = None,
    ) -> str:
        """Save all that the next step depends on; every rank has to call it, rank 0 writes.

        Args:
            out_dir: the folder, made if it is not there; or the address of one in a storage (``s3://...``).
            filename_tmpl: the name, with {} for the number of finished iterations (or epochs).
            save_optimizer: also what only a resumed run needs.
            meta: added to ``meta``.
            create_symlink, background, afterwards: as for :meth:`mmcv.checkpoint.Writer.write`, on rank 0.

        Returns:
            The path.

        Raises:
            ValueError: ``meta`` is no dict.
            OSError: it, or the one before it, cannot be written; the checkpoints that are there stay as they are.
        """
        if meta is not None and not isinstance(meta, dict):
            raise ValueError(f'save_checkpoint: meta is {meta!r}: give a dict')
        name = (filename_tmpl or self.filename_tmpl).format(self._checkpoint_number())
        path = FileClient.infer_client(uri=out_dir).join_path(out_dir, name)
        dist.note_activity(f'saving {name}')
        if self.saves_alone:
            dist.broadcast_object({'meta': meta, 'save_optimizer': save_optimizer})
        checkpoint = self.save_part(meta, save_optimizer)
        if self.rank == 0:
            self._writer.write(checkpoint, path, create_symlink, background, afterwards)
        return path

    def save_part(self, meta: dict | None, save_optimizer: bool) -> dict[str, Any]:
        """What a checkpoint holds; every rank has to call it."""
        checkpoint = state_of_run(
            self.model, self.optimizer, {**self.meta, **(meta or {})},
            {'epoch': self._meta_epoch(), 'iter': self.finished_iters}, save_optimizer)
        self.call_hook('before_save_checkpoint', checkpoint)
        return checkpoint

    def wait_for_checkpoint(self) -> None:
        """Return when no checkpoint is being written any more.

        Raises:
            OSError: the last one could not be written.
        """
        self._writer.wait()

    def resume(self, checkpoint: str, resume_optimizer: bool = True, map_location: Location = 'cpu') -> None:
        """Go on where a checkpoint was saved; call it after the hooks are registered, before :meth:`run`.

        Args:
            checkpoint: its path.
            resume_optimizer: take the state of the optimizer too.
            map_location: as for ``torch.load``; 'default' is the current device.

        Raises:
            CheckpointError: it is damaged, of another model, or holds no state of this optimizer.
        """
        if map_location == 'default':
            map_location = f'cuda:{torch.cuda.current_device()}' if torch.cuda.is_available() else 'cpu'
        content = read_checkpoint(checkpoint, map_location)
        with ours_only(checkpoint):
            was = restore_run(content, checkpoint, self.model, self.optimizer, resume_optimizer, self.logger)
            self._iter = self.finished_iters = was.iteration
            self._epoch = self.finished_epochs = was.epoch
            self._rng_state = was.rng
            self.resumed_from = str(checkpoint)
            self.hook_msgs.update(was.hook_msgs)
            if was.remark:
                self.logger.warning(was.remark)
            self.call_hook('after_resume', content)
        self.logger.info(f'Resumed from {checkpoint}: {self._iter} iterations are done')

    def auto_resume(self) -> None:
        """Resume from the newest sound checkpoint of the work directory, if there is one."""
        latest = find_latest_checkpoint(self.work_dir)
        if latest is not None:
            self.resume(latest)

    def _checkpoint_number(self) -> int:
        return self.finished_iters

    def _meta_epoch(self) -> int:
        return self._epoch + 1


def _check_arguments(
    model: nn.Module, batch_processor: Callable | None, optimizer: Optimizer | dict | None, meta: dict | None,
) -> None:
    """Refuse what a run would end on later."""
    if batch_processor is None and not hasattr(model, 'train_step'):
        raise ValueError(f'runner: {type(model).__name__} has no train_step; add one, or give batch_processor')
    if batch_processor is not None and hasattr(unwrap(model), 'train_step'):
        raise ValueError(f'runner: {type(unwrap(model)).__name__} has a train_step: leave batch_processor out')
    if batch_processor is not None and not callable(batch_processor):
        raise ValueError(f'runner: batch_processor is {batch_processor!r}: give a function')
    for one in optimizer.values() if isinstance(optimizer, dict) else [optimizer]:
        if not isinstance(one, Optimizer | None):
            raise ValueError(f'runner: {one!r} is no optimizer: give one of torch.optim, or a dict of such')
    if not isinstance(meta, dict | None):
        raise ValueError(f'runner: meta is {meta!r}: give a dict')


def _check_that_losses_agree(log_vars: dict[str, Any]) -> None:
    """Ranks with different losses would wait for each other forever: say so at the first step."""
    everyone = dist.gather_objects(sorted(log_vars))
    for rank, names in enumerate(everyone):
        if names != everyone[0]:
            raise ValueError(f'the ranks compute different losses: rank 0 {everyone[0]}, rank {rank} {names}')
