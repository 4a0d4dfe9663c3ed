"""When freed memory goes back to the system; on glibc, anything else decides for itself."""

import ctypes
import functools
from collections.abc import Callable

import torch
from torch import nn

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def return_freed_memory(*_: object) -> None:
    """A hook after a forward pass: hand the memory of maps that are not kept back, before the backward pass adds to it.

    Of PSPNet at 2 x 256 x 512 glibc would hold 300 MB in holes that later maps do not fit into.
    """
    if torch.is_grad_enabled():
        _glibc('malloc_trim')(0)


class KeepFreedMemory:
    """A hook before a forward pass: let the memory of one image's maps wait for the next image's, if that is as large.

    By default glibc takes every map above 32 MB from the system anew, a page at a time, and gives it back at once. Maps
    of many sizes would leave ever more holes between the plans that oneDNN keeps for each size: they are handed back.
    """

    def __init__(self) -> None:
        _glibc('mallopt')(_M_MMAP_THRESHOLD, 1 << 30)
        _glibc('mallopt')(_M_TRIM_THRESHOLD, (1 << 31) - 1)
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
