"""JPEG files of which only a part is wanted: what lies below is not unpacked, what lies beside it not transformed."""

import functools
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

import cv2
import numpy as np
import torch

from mmcv.ops import OPERATORS, jpeg_cut

from .header import Part, read_header

_FRAMES = (0xC0, 0xC1)  # one pass from the top to the bottom, Huffman codes
_OTHER_FRAMES = (*range(0xC2, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
_CODES, _RESTART, _START_OF_SCAN = 0xC4, 0xDD, 0xDA
_SEQUENTIAL = bytes([0, 63, 0])  # all coefficients of a block at once
_BLOCK = 8
_MARGIN = 2  # pixels from which smoothed colours may change where an image ends
_UNIT = 16  # rows that the largest unit of blocks has; the ones above it look at one row of it
_LUMA, _CHROMA = (0x11, 0x21, 0x12, 0x22, 0x41), 0x11  # blocks of a unit, across and down, that simplejpeg takes
_MOST_PIXELS = 2**30  # that OpenCV takes


class Frame(NamedTuple):
    """What the header of a JPEG file says, and where it says how many rows there are."""

    height: int
    width: int
    place: int


class Scan(NamedTuple):
    """How the pixels of a JPEG file are coded, as :func:`mmcv.ops.jpeg_cut` takes it.

    Attributes:
        start: where they begin in the file.
        codes: uint8 (3, 2, 272).
        blocks: of each component in a unit.
        unit: (h, w) in pixels.
        restart: after how many units differences begin anew, or 0.
        restart_place: where the header says that; 0 if it does not.
    """

    start: int
    codes: torch.Tensor
    blocks: list[int]
    unit: tuple[int, int]
    restart: int
    restart_place: int


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
    height, width, _ = frame = _frame(content)
    if rows is None or rows >= height:
        return _decode_whole(content, height, width)
    img = np.zeros((height, width, 3), np.uint8)
    img[:rows] = _decode_upper(content, frame, rows)[:rows]
    return img


def decode_jpeg_part(content: bytes, box: tuple[int, int, int, int]) -> Part:
    """At least the pixels in a box of an image that has a :func:`jpeg_shape`, BGR.

    Where that pays, the units of blocks around them are cut out of the file and decoded alone: to find where a unit
    begins all before it must be read, but not transformed. The pixels are those of the whole image, as the ones that
    would be smoothed otherwise lie outside.

    Args:
        content: what is in the file.
        box: (top, bottom, left, right).

    Raises:
        ValueError: no picture comes of it.
    """
    frame = _frame(content)
    return _decode_cut(content, frame, box) or Part(_decode_upper(content, frame, box[1]), 0, 0)


def _decode_whole(content: bytes, height: int, width: int) -> np.ndarray:
    try:
        return _decode(content, height, width, strict=True)
    except ValueError:
        # OpenCV's libjpeg fills what is damaged with grey, too, and says on stderr that it did.
        img = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        if img is None:
            raise
        return img


def _decode_upper(content: bytes, frame: Frame, rows: int) -> np.ndarray:
    """At least so many rows."""
    height, width, place = frame
    end = min(height, -(-rows // _UNIT) * _UNIT + _UNIT)
    return _decode(b''.join((content[:place], end.to_bytes(2, 'big'), content[place + 2:])), end, width)


def _decode_cut(content: bytes, frame: Frame, box: tuple[int, int, int, int]) -> Part | None:
    """None where it cannot be done, or would take longer: reading a unit takes a third of decoding it."""
    scan = read_scan(content) if 'cpu' in OPERATORS['jpeg_cut'].kernels else None
    if scan is None:
        return None
    (high, wide), (top, bottom, left, right) = scan.unit, box
    down, across = -(-frame.height // high), -(-frame.width // wide)
    first_row, last_row = max(top - _MARGIN, 0) // high, min(-(-(bottom + _MARGIN) // high), down)
    first, last = max(left - _MARGIN, 0) // wide, min(-(-(right + _MARGIN) // wide), across)
    rows, columns = last_row - first_row, last - first
    if 2 * rows * columns > last_row * across:
        return None
    data = torch.frombuffer(bytearray(memoryview(content)[scan.start:]), dtype=torch.uint8)
    cut = jpeg_cut(data, scan.codes, scan.blocks, across, scan.restart, (first_row, first, rows, columns))
    if not len(cut):
        return None
    height, width = min(rows * high, frame.height - first_row * high), min(columns * wide, frame.width - first * wide)
    header = bytearray(content[:scan.start])
    header[frame.place:frame.place + 4] = height.to_bytes(2, 'big') + width.to_bytes(2, 'big')
    if scan.restart_place:
        header[scan.restart_place:scan.restart_place + 2] = bytes(2)
    img = _decode(b''.join((header, cut.numpy().data, b'\xff\xd9')), height, width)
    return Part(img, first_row * high, first * wide)


def _decode(content: bytes, height: int, width: int, strict: bool = False) -> np.ndarray:
    """Strictly, what libjpeg fills with grey is an error; but so is that there is more to come, which is no mistake."""
    img = np.empty((height, width, 3), np.uint8)
    _decoder().decode_jpeg(content, 'BGR', buffer=img, strict=strict)
    return img


def read_scan(content: bytes) -> Scan | None:
    """How the pixels of a file that has a frame are coded; None if its header does not say all, or is damaged."""
    codes, restart, restart_place = {}, 0, 0
    for kind, place, end in _segments(content):
        said = content[place + 4:end]
        if kind == _CODES:
            while len(said) >= 17 and len(said) >= 17 + sum(said[1:17]) <= 17 + 256:
                symbols = said[17:17 + sum(said[1:17])]
                codes[said[0]] = said[1:17] + symbols.ljust(256, b'\0')
                said = said[17 + len(symbols):]
        elif kind in _FRAMES:
            names, factors = said[6:15:3], [(factor & 15, factor >> 4) for factor in said[7:15:3]]
        elif kind == _RESTART:
            restart, restart_place = int.from_bytes(said[:2], 'big'), place + 4
        elif kind == _START_OF_SCAN:
            chosen = [name for tables in said[2:7:2] for name in (tables >> 4, tables & 15 | 16)]
            if said[1:7:2] != names or said[7:] != _SEQUENTIAL or not codes.keys() >= set(chosen):
                return None
            table = bytearray(b''.join(codes[name] for name in chosen))
            blocks = [rows * columns for rows, columns in factors]
            unit = tuple(_BLOCK * factor for factor in factors[0])
            return Scan(end, torch.frombuffer(table, dtype=torch.uint8).view(3, 2, -1), blocks, unit, restart,
                        restart_place)
    return None


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
    found = None
    for kind, place, _ in _segments(content):
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
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """What each segment of the header is, where it begins and where it ends, up to the start of the pixels."""
    place = 2
    while place + 18 < len(content) and content[place] == 0xFF:
        kind, end = content[place + 1], place + 2 + int.from_bytes(content[place + 2:place + 4], 'big')
        yield kind, place, end
        if kind == _START_OF_SCAN:
            return
        place = end
