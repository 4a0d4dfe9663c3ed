"""The model on its device: alone, or as one of many processes."""

import contextlib
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mmcv.checkpoint import MODULE_WRAPPERS

from .device import device_of, to_device


class _Placed:
    """Where batches have to go, and the steps of the runner."""

    device: torch.device
    module: nn.Module

    def train_step(self, data: dict, optimizer: Any = None, **kwargs) -> dict:
        """A training step of the model on a batch that may lie anywhere."""
        return self._run(self.module.train_step, data, optimizer, kwargs)

    def val_step(self, data: dict, optimizer: Any = None, **kwargs) -> dict:
        """A validation step of the model on a batch that may lie anywhere."""
        return self._run(self.module.val_step, data, optimizer, kwargs)

    def _run(self, step: Callable, data: dict, optimizer: Any, kwargs: dict) -> dict:
        return step(to_device(data, self.device), optimizer, **kwargs)


def _device(module: nn.Module, device_ids: Any) -> torch.device:
    if device_ids is not None:
        return device_of(device_ids)
    return next((parameter.device for parameter in module.parameters()), torch.device('cpu'))


@MODULE_WRAPPERS.register_module()
class MMDataParallel(_Placed, nn.Module):
    """A model in one process on one device; brings the batches to it.

    Args:
        module: the model; it is moved.
        device_ids: [gpu], or [-1] or [] for the CPU; None leaves the model where it is.
        dim: accepted for the sake of old callers.

    Raises:
        ValueError: more than one GPU.
    """

    def __init__(self, module: nn.Module, device_ids: Any = None, dim: int = 0, **kwargs) -> None:
        super().__init__()
        self.device = _device(module, device_ids)
        self.module = module.to(self.device)

    def forward(self, *inputs, **kwargs) -> Any:
        return self.module(*to_device(inputs, self.device), **to_device(kwargs, self.device))


@MODULE_WRAPPERS.register_module()
class MMDistributedDataParallel(_Placed, DistributedDataParallel):
    """A model as one of many processes; ``train_step`` too goes through DDP's forward, which arms its reduction.

    Args:
        module: the model; it is moved.
        device_ids: [gpu], or None to leave the model where it is.
        kwargs: as for ``torch.nn.parallel.DistributedDataParallel``.
    """

    def __init__(self, module: nn.Module, device_ids: Any = None, dim: int = 0, **kwargs) -> None:
        device = _device(module, device_ids)
        super().__init__(module.to(device), **kwargs)  # without device_ids: to_device brings the inputs
        self.device = device
        self._first = True

    def no_sync(self) -> Any:
        """As of DDP; with ``static_graph`` the first time without effect, as DDP learns the graph from a reduction."""
        first, self._first = self._first, False
        return contextlib.nullcontext() if first and self.static_graph else super().no_sync()

    def forward(self, *inputs, **kwargs) -> Any:
        return super().forward(*to_device(inputs, self.device), **to_device(kwargs, self.device))

    def _run(self, step: Callable, data: dict, optimizer: Any, kwargs: dict) -> dict:
        # DDP calls module.forward: for this one call that is the step, which finds the real forward in its place again.
        module, own = self.module, self.module.__dict__.get('forward')

        def restore() -> None:
            module.__dict__.pop('forward', None)
            if own is not None:
                module.forward = own

        def stand_in(*step_args, **step_kwargs) -> dict:
            restore()
            return step(*step_args, **step_kwargs)

        module.forward = stand_in
        try:
            return self(data, optimizer, **kwargs)
        finally:
            restore()
