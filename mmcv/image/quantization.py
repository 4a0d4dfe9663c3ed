"""Numbers in an interval as levels, and back."""

import numpy as np
from numpy.typing import DTypeLike


def quantize(
    arr: np.ndarray, min_val: float, max_val: float, levels: int, dtype: DTypeLike = np.int64,
) -> np.ndarray:
    """The levels, 0 to ``levels - 1``, of numbers clipped to [min_val, max_val].

    Raises:
        ValueError: fewer than two levels, or an empty interval.
    """
    _check(min_val, max_val, levels)
    parts = (np.clip(arr, min_val, max_val) - min_val) / (max_val - min_val)
    return np.minimum(np.floor(levels * parts).astype(dtype), levels - 1)


def dequantize(
    arr: np.ndarray, min_val: float, max_val: float, levels: int, dtype: DTypeLike = np.float64,
) -> np.ndarray:
    """The middles of levels in [min_val, max_val].

    Raises:
        ValueError: fewer than two levels, or an empty interval.
    """
    _check(min_val, max_val, levels)
    return (arr + 0.5).astype(dtype) * (max_val - min_val) / levels + min_val


def _check(min_val: float, max_val: float, levels: int) -> None:
    if not isinstance(levels, int) or levels < 2:
        raise ValueError(f'levels has to be a whole number of 2 or more, not {levels!r}')
    if min_val >= max_val:
        raise ValueError(f'min_val has to be less than max_val, not {min_val} and {max_val}')
