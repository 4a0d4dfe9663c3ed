"""One set of batch norm statistics for all processes."""


import torch

from mmcv import dist

from .hook import HOOKS, Hook
from .runner import Runner


@HOOKS.register_module()
class SyncBuffersHook(Hook):
    """Averages the floating point buffers (BN statistics) over the processes after each epoch."""

    def __init__(self, distributed: bool = True) -> None:
        self.distributed = distributed

    def after_epoch(self, runner: Runner) -> None:
        if self.distributed:
            average_buffers(runner.model)


def average_buffers(model: torch.nn.Module) -> None:
    """Average the floating point buffers over the processes."""
    dist.allreduce_params(buffer for buffer in model.buffers() if buffer.is_floating_point())
