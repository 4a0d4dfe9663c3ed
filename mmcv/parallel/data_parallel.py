"""The model on its device: alone, or as one of many processes."""

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer

from mmcv.checkpoint import MODULE_WRAPPERS

from .device import DeviceIds, device_for, to_device

Optimizers = Optimizer | dict[str, Optimizer] | None


class Placed:
    """Where batches have to go, and the steps of the runner."""

    device: torch.device
    module: nn.Module

    def train_step(self, data: dict, optimizer: Optimizers = None, **kwargs: Any) -> dict[str, Any]:
        """A training step of the model on a batch that may lie anywhere."""
        return self._run(self.module.train_step, data, optimizer, kwargs)

    def val_step(self, data: dict, optimizer: Optimizers = None, **kwargs: Any) -> dict[str, Any]:
        """A validation step of the model on a batch that may lie anywhere."""
        return self._run(self.module.val_step, data, optimizer, kwargs)

    def _run(self, step: Callable, data: dict, optimizer: Optimizers, kwargs: dict) -> dict[str, Any]:
        return step(to_device(data, self.device), optimizer, **kwargs)


@MODULE_WRAPPERS.register_module()
class MMDataParallel(Placed, nn.Module):
    """A model in one process on one device; brings the batches to it.

    Args:
        module: the model; it is moved.
        device_ids: [gpu], which is the CPU where there is no GPU; or [-1] or [] for the CPU; None leaves the model
            where it is.
        dim, **kwargs: accepted for the sake of old callers.

    Attributes:
        device_ids: [gpu], or [] on the CPU.

    Raises:
        ValueError: more than one GPU.
    """

    def __init__(self, module: nn.Module, device_ids: DeviceIds | None = None, dim: int = 0, **kwargs: Any) -> None:
        super().__init__()
        self.device = device_for(module, device_ids)
        self.device_ids = [self.device.index] if self.device.type == 'cuda' else []
        self.module = module.to(self.device)

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*to_device(inputs, self.device), **to_device(kwargs, self.device))


@MODULE_WRAPPERS.register_module()
class MMDistributedDataParallel(Placed, DistributedDataParallel):
    """A model as one of many processes; ``train_step`` too goes through DDP's forward, which arms its reduction.

    On the CPU torch's own SyncBatchNorm layers, which only work on GPUs, become :class:`mmcv.ops.SyncBatchNorm`.

    Args:
        module: the model; it is moved.
        device_ids: [gpu], or None to leave the model where it is.
        dim: accepted for the sake of old callers.
        **kwargs: as for ``torch.nn.parallel.DistributedDataParallel``.
    """

    def __init__(self, module: nn.Module, device_ids: DeviceIds | None = None, dim: int = 0, **kwargs: Any) -> None:
        device = device_for(module, device_ids)
        # Of 1x1 and depthwise kernels, by maps that lie channels_last: axes of length 1 have no stride worth a warning.
        warnings.filterwarnings('ignore', 'Grad strides do not match bucket view strides')
        if device.type == 'cpu':
            _let_norms_join(module)
        super().__init__(module.to(device), **kwargs)  # without device_ids: to_device brings the inputs
        self.device = device
        self._first = True

    def no_sync(self) -> contextlib.AbstractContextManager:
        """As of DDP; with ``static_graph`` the first time without effect, as DDP learns the graph from a reduction."""
        first, self._first = self._first, False
        return contextlib.nullcontext() if first and self.static_graph else super().no_sync()

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return super().forward(*to_device(inputs, self.device), **to_device(kwargs, self.device))

    def _run(self, step: Callable, data: dict, optimizer: Optimizers, kwargs: dict) -> dict[str, Any]:
        # DDP calls module.forward: for this one call that is the step, which finds the real forward in its place again.
        module, own = self.module, self.module.__dict__.get('forward')

        def restore() -> None:
            module.__dict__.pop('forward', None)
            if own is not None:
                module.forward = own

        def stand_in(*step_args: Any, **step_kwargs: Any) -> dict[str, Any]:
            restore()
            return step(*step_args, **step_kwargs)

        module.forward = stand_in
        try:
            return self(data, optimizer, **kwargs)
        finally:
            restore()


def _let_norms_join(module: nn.Module) -> None:
    norms = [layer for layer in module.modules() if type(layer) is nn.SyncBatchNorm]
    if norms:
        from mmcv.ops import SyncBatchNorm  # most models need no operators to be placed
        for layer in norms:
            layer.__class__ = SyncBatchNorm
