"""When freed memory goes back to the system; on glibc, anything else decides for itself."""

import ctypes
import functools
import math
import mmap
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
# Bytes; a page that is taken anew costs more than less memory is worth, on a virtual machine a second per GB. Training
# takes more time per map.
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
    _return_holes(_WORTH_RETURNING)


def return_freed_memory_there_and_back(module: nn.Module, inputs: tuple, outputs: object) -> None:
    """The same in training, and in the backward pass after the heads and after each stage whose map is an output.

    Without the latter all that was ever handed back would be taken anew, map by map, while ever less of it is in use.
    """
    _return_in_training()
    outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    for output in outputs:
        if isinstance(output, torch.Tensor) and output.requires_grad and not torch.compiler.is_compiling():
            output.register_hook(_return_in_training)


def _return_in_training(*_: object) -> None:
    _return_holes(_WORTH_RETURNING_IN_TRAINING)


def _return_holes(least: int) -> None:
    if not torch.compiler.is_compiling() and _bytes_in_holes() > least:
        _trim()


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
            _trim()
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
    """What nobody uses between what is in use, but is not the system's; infinite where this is not told."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
        _, resident, shared, *_ = map(int, Path('/proc/self/statm').read_text().split())
    except (AttributeError, OSError, TypeError):
        return math.inf
    ask.restype = _Mallinfo2
    told = ask()
    own = (resident - shared) * mmap.PAGESIZE
    return own - told.uordblks - told.hblkhd - told.keepcost - _elsewhere  # what lies behind everything is no hole


def _trim() -> None:
    """Hand all back; what the process still has for itself besides what is in use is not glibc's."""
    global _elsewhere
    _glibc('malloc_trim')(0)
    left = _bytes_in_holes()
    _elsewhere += left if math.isfinite(left) else 0


_elsewhere = 0.
