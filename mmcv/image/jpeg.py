"""JPEG files of which only the upper rows are wanted: what lies below is neither unpacked nor transformed."""

import functools
from types import ModuleType
from typing import NamedTuple

import numpy as np

from .header import read_header

_FRAMES = (0xC0, 0xC1)  # one pass from the top to the bottom, Huffman codes
_OTHER_FRAMES = (*range(0xC2, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
_START_OF_SCAN = 0xDA
_UNIT = 16  # rows that the largest unit of blocks has; the ones above it look at one row of it
_LUMA, _CHROMA = (0x11, 0x21, 0x12, 0x22, 0x41), 0x11  # blocks of a unit, across and down, that simplejpeg takes
_MOST_PIXELS = 2**30  # that OpenCV takes


class Frame(NamedTuple):
    """What the header of a JPEG file says, and where it says how many rows there are."""

    height: int
    width: int
    place: int


def jpeg_shape(content: bytes) -> tuple[int, int, int] | None:
    """(H, W, 3) if :func:`decode_jpeg_rows` gives what OpenCV would; None for other files, and without simplejpeg."""
    if _decoder() is None or not content.startswith(b'\xff\xd8\xff'):
        return None
    frame = _frame(content)
    return (frame.height, frame.width, 3) if frame is not None and _is_upright(content) else None


def decode_jpeg_rows(content: bytes, rows: int | None = None) -> np.ndarray:
    """The first ``rows`` rows of an image that has a :func:`jpeg_shape`, BGR; (H, W, 3), with 0 in all others.

    The decoder is told that the image ends there, or rather one unit of blocks later, as it smooths colours across
    their borders.

    Args:
        content: what is in the file.
        rows: None are all.

    Raises:
        ValueError: no picture comes of it.
    """
    height, width, place = _frame(content)
    rows = rows or height
    end = min(height, -(-rows // _UNIT) * _UNIT + _UNIT)
    img = np.empty((height, width, 3), np.uint8)
    shortened = b''.join((content[:place], end.to_bytes(2, 'big'), content[place + 2:]))
    _decoder().decode_jpeg(shortened, 'BGR', buffer=img, strict=False)  # that there is more to come is no mistake
    img[rows:] = 0
    return img


@functools.cache
def _decoder() -> ModuleType | None:
    """The optional package simplejpeg, which brings a libjpeg-turbo that takes what it is told."""
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg


def _is_upright(content: bytes) -> bool:
    try:
        return read_header(content).upright
    except ValueError:
        return False


def _frame(content: bytes) -> Frame | None:
    """The frame of a file of three components of 8 bit in one scan; None of any other."""
    found, place = None, 2
    while place + 18 < len(content) and content[place] == 0xFF:
        kind = content[place + 1]
        if kind == _START_OF_SCAN:
            return found if content[place + 4] == 3 else None
        if kind in _OTHER_FRAMES:
            return None
        if kind in _FRAMES:
            height, width = (int.from_bytes(content[place + at:place + at + 2], 'big') for at in (5, 7))
            if found is not None or content[place + 4] != 8 or content[place + 9] != 3:
                return None
            luma, *chroma = (content[place + at] for at in (11, 14, 17))
            if luma not in _LUMA or chroma != [_CHROMA] * 2 or not 0 < height * width <= _MOST_PIXELS:
                return None
            found = Frame(height, width, place + 5)
        place += 2 + int.from_bytes(content[place + 2:place + 4], 'big')
    return None
