"""Between maps of tokens (N, H, W, C) and their square windows (N windows, L, C)."""

import torch
import torch.nn.functional as F

from mmcv.ops import holds


def pad_to_windows(x: torch.Tensor, size: int, value: float = 0.0) -> torch.Tensor:
    """(N, H, W, C), filled up with ``value`` below and on the right, to multiples of ``size``."""
    below, right = (-length % size for length in x.shape[1:3])
    whole = holds(below == 0) and holds(right == 0)
    return x if whole else F.pad(x, (0, 0, 0, right, 0, below), value=value)


def to_windows(x: torch.Tensor, size: int) -> torch.Tensor:
    """(N, H, W, C) to windows (N windows, size^2, C), those of an image one after the other, row by row.

    ``H`` and ``W`` are multiples of ``size``.
    """
    x = x.unflatten(2, (-1, size)).unflatten(1, (-1, size)).transpose(2, 3)
    return x.reshape(-1, size * size, x.shape[-1])


def from_windows(x: torch.Tensor, size: int, hw_shape: tuple[int, int]) -> torch.Tensor:
    """The inverse of :func:`to_windows` for maps of ``hw_shape`` (H, W)."""
    height, width = hw_shape
    x = x.reshape(-1, height // size, width // size, size, size, x.shape[-1]).transpose(2, 3)
    return x.reshape(-1, height, width, x.shape[-1])
