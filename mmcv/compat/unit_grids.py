"""Coordinates of points between the two ranges that torch and PointRend use."""

from torch import Tensor


def normalize(grid: Tensor) -> Tensor:
    """From [-1, 1] to [0, 1]."""
    return grid / 2 + 0.5


def denormalize(grid: Tensor) -> Tensor:
    """From [0, 1] to [-1, 1]."""
    return 2 * grid - 1
