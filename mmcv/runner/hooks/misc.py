"""Small hooks that 0.x configs name."""

from collections.abc import Callable
from typing import Any

import torch

from mmcv import dist

from .hook import HOOKS, Hook


@HOOKS.register_module()
class DistSamplerSeedHook(Hook):
    """Does nothing: the order of the samples is a function of the seed and the iteration. Old configs name it."""


@HOOKS.register_module()
class EmptyCacheHook(Hook):
    """Gives unused GPU memory back at the chosen stages."""

    def __init__(self, before_epoch: bool = False, after_epoch: bool = True, after_iter: bool = False) -> None:
        for stage, chosen in (('before_epoch', before_epoch), ('after_epoch', after_epoch), ('after_iter', after_iter)):
            if chosen:
                setattr(self, stage, lambda runner: torch.cuda.empty_cache())


@HOOKS.register_module()
class ClosureHook(Hook):
    """Runs a function at one stage.

    Args:
        fn_name: the stage, such as 'after_train_iter'.
        fn: called with the runner.
    """

    def __init__(self, fn_name: str, fn: Callable[[Any], None]) -> None:
        if not callable(fn) or not hasattr(Hook, fn_name):
            raise ValueError(f'ClosureHook: {fn_name!r} is no stage, or {fn!r} no function')
        setattr(self, fn_name, fn)


@HOOKS.register_module()
class SyncBuffersHook(Hook):
    """Averages the floating point buffers (BN statistics) over the processes after each epoch."""

    def __init__(self, distributed: bool = True) -> None:
        self.distributed = distributed

    def after_epoch(self, runner: Any) -> None:
        if self.distributed:
            average_buffers(runner.model)


def average_buffers(model: torch.nn.Module) -> None:
    """Average the floating point buffers over the processes."""
    buffers = {name: buffer for name, buffer in model.named_buffers() if buffer.is_floating_point()}
    for name, mean in dist.all_reduce_dict(buffers).items():
        buffers[name].copy_(mean)
