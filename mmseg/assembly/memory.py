"""When freed memory goes back to the system; on glibc, anything else decides for itself."""

import ctypes
import functools
import math
from collections.abc import Callable

import torch
from torch import nn

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
# Bytes; a page that is taken anew costs more than less memory is worth. Training takes more time per map.
_WORTH_RETURNING_IN_TRAINING, _WORTH_RETURNING = 128 << 20, 32 << 20


def keep_freed_memory() -> None:
    """Let freed memory wait for the maps of the next step or image, for the rest of this process.

    By default glibc takes every map above 32 MB from the system anew, and whatever lies last in memory after each
    step, a page at a time: a fifth of the time that light models train.
    """
    _glibc('mallopt')(_M_MMAP_THRESHOLD, 1 << 30)
    _glibc('mallopt')(_M_TRIM_THRESHOLD, (1 << 31) - 1)


def return_freed_memory(*_: object) -> None:
    """A hook after the backbone: hand the memory of maps that are not kept back, before what follows adds to it.

    Else glibc would hold it in holes that later maps do not fit into: 300 MB of PSPNet in a step of 2 x 256 x 512, and
    150 MB of DeepLabV3 on an image of 512 x 512.
    """
    least = _WORTH_RETURNING_IN_TRAINING if torch.is_grad_enabled() else _WORTH_RETURNING
    if not torch.compiler.is_compiling() and _bytes_in_holes() > least:
        _glibc('malloc_trim')(0)


class KeepFreedMemory:
    """A hook before a forward pass: let the memory of one image's maps wait for the next image's, if that is as large.

    Maps of many sizes would leave ever more holes between the plans that oneDNN keeps for each size: they are handed
    back.
    """

    def __init__(self) -> None:
        keep_freed_memory()
        self.shape: torch.Size | None = None

    def __call__(self, module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        first = next(iter(inputs), None)  # the images, unless a user's backbone takes others
        shape = first.shape if isinstance(first, torch.Tensor) else None
        if not torch.compiler.is_compiling() and shape != self.shape:
            _glibc('malloc_trim')(0)
            self.shape = shape


@functools.cache
def _glibc(name: str) -> Callable[..., int]:
    try:
        return ctypes.CDLL(None)[name]
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return lambda *_: 0


class _Mallinfo2(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        'arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks', 'fordblks', 'keepcost')]


def _bytes_in_holes() -> float:
    """What nobody uses between what is in use; infinite where the C library does not tell."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return math.inf
    ask.restype = _Mallinfo2
    told = ask()
    return told.fordblks - told.keepcost  # all that is free, less what lies behind everything
