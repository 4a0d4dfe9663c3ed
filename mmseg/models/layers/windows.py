"""Between maps of tokens (N, H, W, C) and their square windows (N windows, L, C)."""

import torch


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
