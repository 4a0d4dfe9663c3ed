"""Half precision on a CPU, few of which compute with it: PyTorch would take minutes per image."""

import contextlib
from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

_aten = torch.ops.aten
_PRODUCTS = (_aten.convolution.default, _aten.mm.default, _aten.addmm.default, _aten.bmm.default,
             _aten.baddbmm.default)


class SummedInFloat(TorchDispatchMode):
    """Products of half types are summed up in float32 and then rounded, as GPUs do it."""

    def __torch_dispatch__(
        self, func: Callable, types: Sequence[type], args: tuple = (), kwargs: dict | None = None,
    ) -> object:
        if func not in _PRODUCTS or args[0].dtype != torch.float16 or args[0].device.type != 'cpu':
            return func(*args, **(kwargs or {}))
        wide = [arg.float() if isinstance(arg, torch.Tensor) else arg for arg in args]
        return func(*wide, **(kwargs or {})).half()


def summed_in_float(module: nn.Module) -> contextlib.AbstractContextManager:
    """:class:`SummedInFloat` around calls of a module with weights of half types, else nothing."""
    halves = any(weight.dtype == torch.float16 for weight in module.parameters())
    return SummedInFloat() if halves else contextlib.nullcontext()
