"""PNG files by the fastest inflate there is, and no further down than is wanted: what lies below is not inflated."""

import contextlib
import functools
import importlib
import re
import zlib
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import torch

from mmcv.ops import OPERATORS, png_unfilter

_START = b'\x89PNG\r\n\x1a\n\0\0\0\rIHDR'
# 8 bit, the one way to compress and to filter, not interlaced; colours without alpha, grey, indices of a palette
_RGB, _GREY, _INDICES = (bytes([8, kind, 0, 0, 0]) for kind in (2, 0, 3))
_SAY_MORE = {b'eXIf', b'acTL'}  # how it is turned, and further frames
_MINOR = rb'(?:[a-z][a-zA-Z][A-Z][a-zA-Z])*'  # chunks that a decoder may leave out, by their names
_ORDER = re.compile(rb'IHDR' + _MINOR + rb'(?:PLTE' + _MINOR + rb')?(?:IDAT)+' + _MINOR + rb'IEND')
_FASTER = ('isal.isal_zlib', 'zlib_ng.zlib_ng')  # optional packages with the names of Python's zlib
_FLAT = 8  # times as many bytes as they are packed in: of labels, whose long runs take isal several times as long
_LONGEST_EDGE, _MOST_PIXELS = 10**6, 2**30  # that libpng and OpenCV take


def png_shape(content: bytes) -> tuple[int, int, int] | None:
    """(H, W, 3) if :func:`decode_png_rows` gives what OpenCV would; None for other files, and without the operator."""
    return (*_size(content), 3) if content[24:29] == _RGB and _can_decode(content) else None


def is_plain_label(content: bytes) -> bool:
    """Whether :func:`decode_png_rows` gives grey values or indices of a palette as they are stored, and fast."""
    return inflates_fast() and content[24:29] in (_GREY, _INDICES) and _can_decode(content)


def _can_decode(content: bytes) -> bool:
    if 'cpu' not in OPERATORS['png_unfilter'].kernels or not content.startswith(_START):
        return False
    height, width = _size(content)
    fits = max(height, width) <= _LONGEST_EDGE and 0 < height * width <= _MOST_PIXELS
    return fits and _is_plain(content) and _is_intact(memoryview(content)[12:33])


def decode_png_rows(content: bytes, rows: int | None = None) -> np.ndarray:
    """The first ``rows`` rows of an image that has a :func:`png_shape` or :func:`is_plain_label`, with 0 in all others.

    Args:
        content: what is in the file.
        rows: None are all.

    Returns:
        (H, W, 3) BGR of colours, (H, W) of a label.

    Raises:
        ValueError, or the error of what inflates: the data of these rows is damaged, or ends too early.
    """
    height, width = _size(content)
    channels = 3 if content[24:29] == _RGB else 1
    rows, row_size = min(rows or height, height), 1 + channels * width
    filtered = torch.frombuffer(_inflate(content, rows * row_size, rows == height), dtype=torch.uint8)
    image = png_unfilter(filtered.view(rows, row_size), height, channels).numpy()
    return image if channels == 3 else image[..., 0]


@functools.cache
def inflater() -> ModuleType:
    """What inflates and checks: isal or zlib-ng, whichever is installed, else Python's zlib."""
    for name in _FASTER:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    return zlib


@functools.cache
def _inflater_of_runs() -> Callable[[bytes, int], bytearray] | None:
    """That of the optional package deflate, which takes whole streams of a known size."""
    try:
        from deflate import zlib_decompress
    except ImportError:
        return None
    return zlib_decompress


def inflates_fast() -> bool:
    """Whether a package is there with which :func:`decode_png_rows` is the fastest way for whole images too."""
    return inflater() is not zlib


def _is_plain(content: bytes) -> bool:
    """Whether nothing but the pixels matters, and the chunks are in order; no data but theirs is looked at."""
    kinds = [kind for kind, _ in _chunks(content)]
    return _ORDER.fullmatch(b''.join(kinds)) is not None and _SAY_MORE.isdisjoint(kinds)


def _size(content: bytes) -> tuple[int, int]:
    return int.from_bytes(content[20:24], 'big'), int.from_bytes(content[16:20], 'big')


def _inflate(content: bytes, size: int, is_all: bool) -> bytearray:
    """The first ``size`` bytes; all at once if there are no more, for a call per chunk takes its time."""
    parts = [b''.join(_packed(content))] if is_all else _packed(content)
    inflate_whole = _inflater_of_runs() if is_all else None
    if inflate_whole and _FLAT * len(parts[0]) <= size:
        with contextlib.suppress(Exception):  # an error of its own where the data is damaged or holds more: see below
            inflated = inflate_whole(parts[0], size)
            if len(inflated) == size:
                return inflated
    stream, inflated = inflater().decompressobj(), bytearray()
    for part in parts:
        inflated += stream.decompress(part, size - len(inflated))
        if len(inflated) == size:
            return inflated
    raise ValueError('not enough PNG data')


def _packed(content: bytes) -> Iterator[memoryview]:
    """The data of the pixels, chunk by chunk, as it is packed."""
    for kind, chunk in _chunks(content):
        if kind == b'IDAT':
            if not _is_intact(chunk):
                raise ValueError('wrong checksum of a PNG chunk')
            yield chunk[4:-4]


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """What each whole chunk up to the last one is called, and its bytes from there to its checksum."""
    view, place = memoryview(content), 8
    while place + 12 <= len(view):
        end = place + 12 + int.from_bytes(view[place:place + 4], 'big')
        if end > len(view):
            return
        kind = content[place + 4:place + 8]
        yield kind, view[place + 4:end]
        if kind == b'IEND':
            return
        place = end


def _is_intact(chunk: memoryview) -> bool:
    return inflater().crc32(chunk[:-4]) == int.from_bytes(chunk[-4:], 'big')


def png_damage(content: bytes) -> str:
    """What is wrong with the chunks of a PNG file, by their checksums and their end; '' if nothing is.

    Decoders let some of it pass, and fill up what is missing with black.
    """
    kind = b''
    for kind, chunk in _chunks(content):
        if not _is_intact(chunk):
            return f'the PNG file is damaged (wrong checksum of {kind.decode(errors="replace")}): fetch it again'
    return '' if kind == b'IEND' else 'the PNG file is cut off (no end chunk): fetch it again'
