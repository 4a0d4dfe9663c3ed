"""PNG files of any height, written row by row."""

import struct
import zlib
from collections.abc import Sequence
from typing import IO

import numpy as np

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
_GREY, _PALETTE = 0, 3
_LEVEL = 6
_LARGEST_CHUNK = 1 << 20


class PngWriter:
    """Writes a grey or palette image while its rows come in; no more than those at hand are held.

    Args:
        file: open for writing.
        size: (height, width).
        dtype: of the values: uint8, or uint16 for a grey image.
        palette: (K, 3) RGB of 0 to 255, the colours of the values 0 to K - 1; None for a grey image.
    """

    def __init__(
        self, file: IO[bytes], size: tuple[int, int], dtype: np.dtype | type = np.uint8,
        palette: Sequence[Sequence[int]] | None = None,
    ) -> None:
        self._file, self._width = file, size[1]
        self._dtype = np.dtype(dtype)
        self._deflate = zlib.compressobj(_LEVEL)
        self._left = size[0]
        file.write(_SIGNATURE)
        kind = _GREY if palette is None else _PALETTE
        self._chunk(b'IHDR', struct.pack('>IIBBBBB', size[1], size[0], 8 * self._dtype.itemsize, kind, 0, 0, 0))
        if palette is not None:
            self._chunk(b'PLTE', np.asarray(palette, np.uint8)[:256].tobytes())

    def write(self, rows: np.ndarray) -> None:
        """Add rows (n, W) at the bottom."""
        assert rows.shape[1] == self._width, f'rows of {rows.shape[1]} pixels in an image of {self._width}'
        assert len(rows) <= self._left, f'{len(rows)} rows where {self._left} are missing'
        self._left -= len(rows)
        values = np.ascontiguousarray(rows, self._dtype.newbyteorder('>'))
        filtered = np.zeros((len(rows), 1 + values.itemsize * self._width), np.uint8)  # 0: values as they are
        filtered[:, 1:] = values.view(np.uint8)
        self._data(self._deflate.compress(filtered))

    def close(self) -> None:
        """End the file, all of whose rows have been written."""
        assert self._left == 0, f'{self._left} rows are missing'
        self._data(self._deflate.flush())
        self._chunk(b'IEND', b'')

    def _data(self, compressed: bytes) -> None:
        for start in range(0, len(compressed), _LARGEST_CHUNK):
            self._chunk(b'IDAT', compressed[start:start + _LARGEST_CHUNK])

    def _chunk(self, kind: bytes, data: bytes) -> None:
        content = kind + data
        self._file.write(struct.pack('>I', len(data)) + content + struct.pack('>I', zlib.crc32(content)))
