"""Images that are too large to be held, read row by row."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Protocol

import numpy as np
import torch

from mmcv.image.channels import choose
from mmcv.image.io import FLAGS
from mmseg.inference import Predictor

#: From how many pixels on an image is not held.
HUGE = 1 << 26


class RowReader(Protocol):
    """An image that gives its rows from top to bottom.

    Attributes:
        size: (height, width).
    """

    size: tuple[int, int]

    def read(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Some rows (n, W) or (n, W, C) as the model's pipeline loads images, and where (n, W) they have data."""


class HeldRows:
    """The rows of an array."""

    def __init__(self, image: np.ndarray) -> None:
        self.size = image.shape[:2]
        self._image = image

    def read(self, start: int, stop: int) -> tuple[np.ndarray, None]:
        return self._image[start:stop], None


class SpilledRows:
    """The rows of an image that has been written to a temporary file as they are."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.size = shape[:2]
        self._file, self._shape, self._dtype = file, shape[1:], dtype

    def read(self, start: int, stop: int) -> tuple[np.ndarray, None]:
        length = int(np.prod(self._shape)) * self._dtype.itemsize
        self._file.seek(start * length)
        rows = np.frombuffer(self._file.read((stop - start) * length), self._dtype)
        return rows.reshape(stop - start, *self._shape), None


#: Decodes an image in a process of its own, whose memory is given back, and writes it as it is: straight into the file
#: where its shape is known, as OpenCV's Python interface otherwise holds it twice. What cannot be decoded leaves the
#: first or the last row as it was, and OpenCV 4 does not say so.
_DECODE = """
import contextlib
import sys
import cv2
import numpy as np
path, flag, raw, *shape = sys.argv[1:]
image = held = None
if shape:
    held = np.asarray(np.memmap(raw, np.uint8, 'w+', shape=tuple(map(int, shape))))
    held[::max(len(held) - 1, 1)] = mark = np.random.default_rng().integers(0, 256, held.shape[1:], np.uint8)
    with contextlib.suppress(cv2.error):  # of another shape
        image = cv2.imread(path, held, int(flag))
if image is None:
    image = cv2.imread(path, int(flag))
elif image is held and any(np.array_equal(image[row], mark) for row in (0, -1)):
    image = None
if image is None:
    sys.exit(1)
if image is not held:
    with open(raw, 'wb') as file:
        for start in range(0, len(image), 256):
            file.write(np.ascontiguousarray(image[start:start + 256]))
print(image.dtype.str, *image.shape)
"""


@contextlib.contextmanager
def spilled(path: str, colour: str, size: tuple[int, int]) -> Iterator[SpilledRows]:
    """Decode an image once, and keep it on the disk.

    Args:
        path: of the file.
        colour: the flag that it is read with, see :func:`mmcv.image.imfrombytes`.
        size: (height, width) that its header tells, as it is shown.

    Raises:
        ValueError: OpenCV cannot decode it, or there is no such flag.
    """
    flag = choose(FLAGS, colour, 'image flag')
    channels = {'color': [3], 'grayscale': []}.get(colour)
    shape = [] if channels is None else [*size, *channels]
    with tempfile.NamedTemporaryFile() as file:
        command = [sys.executable, '-c', _DECODE, path, str(flag), file.name, *map(str, shape)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f'{path}: damaged, or too large for OpenCV; pip install rasterio reads it in parts')
        kind, *shape = done.stdout.split()
        yield SpilledRows(file, tuple(map(int, shape)), np.dtype(kind))


class Scroll:
    """The rows of a reader that windows look at; each row is read once, from top to bottom.

    Args:
        reader: gives the rows.
        predictor: predicts windows of them.
    """

    def __init__(self, reader: RowReader, predictor: Predictor) -> None:
        self._reader, self._predictor = reader, predictor
        self._start = self._stop = 0
        self._image: np.ndarray | None = None
        self._known: np.ndarray | None = None

    def logits_of(self, rows: slice, columns: Sequence[slice]) -> torch.Tensor:
        """The logits of windows; 0 of those without any data, which the network need not see."""
        self._move_to(rows)
        image, known = self.rows(rows.start, rows.stop)
        seen = [known is None or bool(known[:, part].any()) for part in columns]
        shown = [image[:, part] for part, is_seen in zip(columns, seen) if is_seen]
        if all(seen):
            return self._predictor.window_logits(shown)
        shape = rows.stop - rows.start, columns[0].stop - columns[0].start
        filled = torch.zeros(len(columns), self._predictor.out_channels, *shape, device=self._predictor.device)
        if shown:
            filled[torch.tensor(seen, device=filled.device)] = self._predictor.window_logits(shown).to(filled)
        return filled

    def rows(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows of the windows at hand, and where they have data."""
        part = slice(start - self._start, stop - self._start)
        return self._image[part], None if self._known is None else self._known[part]

    def _move_to(self, rows: slice) -> None:
        """Forget what lies above these rows, and read what is missing of them."""
        if rows.stop == self._stop:
            return
        image, known = self._reader.read(self._stop, rows.stop)
        if self._image is not None:
            kept = slice(rows.start - self._start, None)
            image = np.concatenate([self._image[kept], image])
            known = None if known is None else np.concatenate([self._known[kept], known])
        self._image, self._known, self._start, self._stop = image, known, rows.start, rows.stop
