"""Pixels from the inflated rows of a PNG file."""

import torch
from torch import Tensor

from ._load import register
from .reference import png_unfilter as reference


def _fake(filtered: Tensor, height: int, channels: int) -> Tensor:
    return filtered.new_empty((height, (filtered.shape[1] - 1) // channels, channels))


_png_unfilter = register(
    'png_unfilter(Tensor filtered, int height, int channels) -> Tensor', reference.png_unfilter, _fake)


def png_unfilter(filtered: Tensor, height: int, channels: int = 3) -> Tensor:
    """Undo the filters of a PNG file with one or three channels of 8 bit.

    A row holds the differences to predicted values, modulo 256: a = left, b = above, c = above on the left (0 outside):

    .. code-block:: none

        0: 0    1: a    2: b    3: (a + b) >> 1    4: whichever of a, b, c is nearest to a + b - c (the first of equals)

    ISO/IEC 15948, section 9.

    Args:
        filtered: uint8 (rows, 1 + channels * width): the number of the filter, then each pixel, colours as red, green
            and blue.
        height: of the image, at least ``rows``.
        channels: 1 or 3.

    Returns:
        uint8 (height, width, channels): grey, or blue, green, red; 0 below the given rows. Not differentiable.

    Raises:
        ValueError: wrong shape or type, or a filter that is none of these.
    """
    if channels not in (1, 3):
        raise ValueError(f'png_unfilter: channels is {channels}; it must be 1 or 3')
    fits = filtered.dim() == 2 and filtered.shape[1] > 0 and (filtered.shape[1] - 1) % channels == 0
    if not fits or filtered.dtype != torch.uint8:
        raise ValueError(f'png_unfilter: filtered is {filtered.dtype} {tuple(filtered.shape)}; '
                         f'it must be uint8 (rows, 1 + {channels} * width)')
    if filtered.shape[0] > height:
        raise ValueError(f'png_unfilter: {filtered.shape[0]} rows for an image of height {height}')
    unknown = (filtered[:, 0] > 4).nonzero()
    if len(unknown):
        raise ValueError(f'png_unfilter: unknown filter {int(filtered[unknown[0], 0])} in row {int(unknown[0])}')
    return _png_unfilter(filtered, height, channels)
