"""What hooks may use of a runner."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import torch
from torch import nn
from torch.optim import Optimizer

from mmcv.runner.batch_stream import BatchStream
from mmcv.runner.log_buffer import LogBuffer


class Runner(Protocol):
    """A runner as hooks see it; :class:`mmcv.runner.BaseRunner` is one.

    Attributes:
        model: wrapped for its device.
        optimizer: one, or several by name; :meth:`optimizers` are always by name.
        device: where the model lies.
        iter, epoch, inner_iter: of the step that runs, from 0; ``inner_iter`` counts within the epoch.
        max_iters, max_epochs: the length of the run; ``max_epochs`` is None where iterations are counted.
        finished_iters, finished_epochs: what is behind; in ``after_train_iter`` the step that runs counts.
        mode: 'train' or 'val'; None before the first step.
        data_loader: the batches of the workflow entry that runs.
        data_batch: of the step that runs; None between steps.
        outputs: what the last step returned: ``loss``, ``log_vars``, ``num_samples``.
        metrics: what the last evaluation returned.
        log_buffer: what the iterations report.
        step_context: makes the context manager that the forward pass runs in (autocast).
        meta: written into the log and into every checkpoint.
        hook_msgs: what hooks tell each other and the checkpoint: plain data.
        resumed_from: the checkpoint that this run goes on from, or None.
        work_dir, timestamp: the folder of logs and checkpoints, and the stem of the logs' names.
        rank, world_size: of this process.
        hooks: all of them, in the order in which they are called.
    """

    model: nn.Module
    optimizer: Optimizer | dict[str, Optimizer] | None
    finished_iters: int
    finished_epochs: int
    mode: str | None
    data_loader: BatchStream
    data_batch: dict[str, Any] | None
    outputs: dict[str, Any]
    metrics: dict[str, Any]
    log_buffer: LogBuffer
    step_context: Callable[[], AbstractContextManager]
    meta: dict[str, Any]
    resumed_from: str | None
    work_dir: str
    timestamp: str
    rank: int
    world_size: int
    logger: logging.Logger

    @property
    def device(self) -> torch.device: ...

    @property
    def iter(self) -> int: ...

    @property
    def epoch(self) -> int: ...

    @property
    def inner_iter(self) -> int: ...

    @property
    def max_iters(self) -> int | None: ...

    @property
    def max_epochs(self) -> int | None: ...

    @property
    def hook_msgs(self) -> dict[str, Any]: ...

    @property
    def hooks(self) -> list[object]: ...

    def optimizers(self) -> dict[str, Optimizer]: ...

    def param_groups(self) -> list[dict[str, Any]]: ...

    def of_groups(self, of: Callable[[dict], float]) -> list[float] | dict[str, list[float]]: ...

    def current_lr(self) -> list[float] | dict[str, list[float]]: ...

    def current_momentum(self) -> list[float] | dict[str, list[float]]: ...

    def call_hook(self, stage: str, *args: Any) -> None: ...

    def save_checkpoint(
        self, out_dir: str, filename_tmpl: str | None = None, save_optimizer: bool = True, meta: dict | None = None,
        create_symlink: bool = True, background: bool = False, afterwards: Callable[[], None] | None = None,
    ) -> str: ...

    def wait_for_checkpoint(self) -> None: ...

    def resume(self, checkpoint: str) -> None: ...

    def stop(self, reason: str) -> None: ...
