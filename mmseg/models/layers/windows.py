"""Between maps of tokens (N, H, W, C) and their square windows (N windows, L, C)."""

import torch
import torch.nn.functional as F

from mmcv.ops import holds


def pad_to_windows(x: torch.Tensor, size: int, value: float = 0.0) -> torch.Tensor:
    """(N, H, W, C), filled up with ``value`` below and on the right, to multiples of ``size``."""
    # Written so that the sum is a multiple of ``size`` at sight, also of a length that an export leaves open.
    below, right = ((length + size - 1) // size * size - length for length in x.shape[1:3])
    whole = holds(below == 0) and holds(right == 0)
    return x if whole else F.pad(x, (0, 0, 0, right, 0, below), value=value)


def to_windows(x: torch.Tensor, size: int) -> torch.Tensor:
    """(N, H, W, C) to windows (N windows, size^2, C), those of an image one after the other, row by row.

    ``H`` and ``W`` are multiples of ``size``.
    """
    images, height, width, channels = x.shape
    rows, columns = height // size, width // size
    x = x.reshape(images, rows, size, columns, size, channels).transpose(2, 3)
    return x.reshape(images * rows * columns, size * size, channels)


def from_windows(x: torch.Tensor, size: int, hw_shape: tuple[int, int]) -> torch.Tensor:
    """The inverse of :func:`to_windows` for maps of ``hw_shape`` (H, W)."""
    height, width = hw_shape
    rows, columns, channels = height // size, width // size, x.shape[-1]
    images = x.shape[0] // (rows * columns)
    x = x.reshape(images, rows, columns, size, size, channels).transpose(2, 3)
    return x.reshape(images, height, width, channels)
