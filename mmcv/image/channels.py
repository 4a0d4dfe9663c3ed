"""What the image functions share: choices by name, and images with any number of channels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Number
from typing import TypeVar

import cv2
import numpy as np

_T = TypeVar('_T')
INTERPOLATIONS = {
    'nearest': cv2.INTER_NEAREST,
    'bilinear': cv2.INTER_LINEAR,
    'bicubic': cv2.INTER_CUBIC,
    'area': cv2.INTER_AREA,
    'lanczos': cv2.INTER_LANCZOS4,
}


def choose(table: Mapping[str, _T], name: str, what: str) -> _T:
    """``table[name]``, or a ValueError that lists the names."""
    if name not in table:
        raise ValueError(f'unknown {what} {name!r}; take one of {", ".join(table)}')
    return table[name]


def pair(value: float | Iterable) -> tuple:
    """``(value, value)`` for a number, else the values as a tuple."""
    return (value, value) if isinstance(value, Number) else tuple(value)


def channel_values(value: float | Sequence[float], img: np.ndarray, name: str) -> list[float]:
    """One value for each channel of an image, from one number or a sequence; rounded and clipped to an integer type.

    A sequence of equal numbers fits any number of channels, so that ``(0, 0, 0)`` means black for all images.
    """
    channels = 1 if img.ndim == 2 else img.shape[2]
    values = [value] if isinstance(value, Number) else list(value)
    if len(values) != channels:
        if len(set(values)) != 1:
            raise ValueError(f'{name}={value!r} has {len(values)} values, but the image has {channels} channels')
        values = values[:1] * channels
    if img.dtype.kind in 'iu':
        limits = np.iinfo(img.dtype)
        values = np.clip(np.rint(values), limits.min, limits.max).astype(int).tolist()
    return values


def as_opencv_takes(img: np.ndarray) -> np.ndarray:
    """The image, or where OpenCV cannot move numbers of its type about (and would wrap int64) the same in float64.

    Raises:
        ValueError: integers that float64 would change.
    """
    if img.dtype.kind not in 'iub' or img.dtype.name in ('uint8', 'uint16', 'int16'):
        return img
    if img.dtype.itemsize == 8 and img.size and max(-int(img.min()), int(img.max())) > 2**53:
        raise ValueError(f'numbers of {img.dtype} beyond 2^53 cannot be resized or rotated')
    return img.astype(np.float64)


def on_channels(warp: Callable[[np.ndarray, int], np.ndarray], img: np.ndarray, whole: bool = True) -> np.ndarray:
    """``warp(channels, index of the first)`` on any number of channels.

    Some functions of OpenCV take at most 128 channels and some four. All are handed over at once if it takes them and
    ``whole`` allows it, four at a time otherwise.
    """
    count = 1 if img.ndim == 2 else img.shape[2]
    if whole or count <= 4:
        try:
            warped = warp(img, 0)
            return warped if warped.ndim == img.ndim else warped[..., None]  # a single channel is dropped
        except cv2.error:
            if count <= 4:
                raise
    return np.dstack([warp(np.ascontiguousarray(img[..., first : first + 4]), first) for first in range(0, count, 4)])
