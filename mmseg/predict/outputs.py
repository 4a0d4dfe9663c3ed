"""The files that are written of a prediction, strip by strip."""

import contextlib
import math
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

import mmcv
from mmcv.fileio import atomic_write
from mmcv.image.png_writer import PngWriter
from mmseg.evaluation.picture import as_picture
from mmseg.evaluation.visualization import draw_over
from mmseg.inference import Classes

_LARGEST_PICTURE = 1 << 26  # pixels of an overlay, which is held whole
_LONGEST_EDGE = 16384  # of it; few programs open longer ones
_WHITE = 255
_COPIED = 1 << 24  # bytes at once

Size = tuple[int, int]


class Strip(NamedTuple):
    """Whole rows of an image and of what is predicted of them.

    Attributes:
        y: the first row.
        image: (n, W) or (n, W, C) as it was loaded.
        labels: (n, W) class indices.
        confidence: (n, W) float, 0 to 1; None where only labels were asked for.
        known: (n, W), where the image has data; None where it has everywhere.
    """

    y: int
    image: np.ndarray
    labels: np.ndarray
    confidence: np.ndarray | None = None
    known: np.ndarray | None = None


#: Takes the strips of an image, from top to bottom.
TakesStrip = Callable[[Strip], None]
#: Takes the first row, the first column and the probabilities (K, h, w) of a part.
TakesProbability = Callable[[int, int, np.ndarray], None]


@contextlib.contextmanager
def mask_png(path: Path, size: Size, classes: Classes) -> Iterator[TakesStrip]:
    """Class indices, as :meth:`.Classes.png_writer` writes them."""
    with atomic_write(path) as file:
        writer = classes.png_writer(file, size)
        yield lambda strip: writer.write(strip.labels)
        writer.close()


@contextlib.contextmanager
def confidence_png(path: Path, size: Size) -> Iterator[TakesStrip]:
    """The probability of the class that was chosen, 255 being 1; 0 where the image has no data."""
    def write(strip: Strip) -> None:
        values = np.rint(strip.confidence * _WHITE).clip(0, _WHITE)
        writer.write(values if strip.known is None else values * strip.known)

    with atomic_write(path) as file:
        writer = PngWriter(file, size)
        yield write
        writer.close()


@contextlib.contextmanager
def overlay_jpg(path: Path, size: Size, classes: Classes, opacity: float) -> Iterator[TakesStrip]:
    """The colours of the classes over the image; of a very large one every second pixel, or every third, and so on."""
    step = max(math.ceil(max(size) / _LONGEST_EDGE), math.ceil(math.sqrt(size[0] * size[1] / _LARGEST_PICTURE)))
    drawn = np.empty((-(-size[0] // step), -(-size[1] // step), 3), np.uint8)

    def write(strip: Strip) -> None:
        first = -strip.y % step
        if first >= len(strip.labels):
            return
        labels = strip.labels[first::step, ::step]
        over = draw_over(as_picture(strip.image[first::step, ::step]), labels, classes.colours, opacity)
        row = (strip.y + first) // step
        drawn[row:row + len(labels)] = over

    yield write
    mmcv.imwrite(drawn, path)


@contextlib.contextmanager
def probability_npz(path: Path, size: Size, classes: Classes) -> Iterator[TakesProbability]:
    """``probability`` (K, H, W) float16, by way of a file of its own, for its parts come in another order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix='.', suffix='.npy') as raw:
        values = np.lib.format.open_memmap(raw.name, 'w+', np.float16, (classes.number, *size))

        def write(y: int, x: int, probability: np.ndarray) -> None:
            values[:, y:y + probability.shape[1], x:x + probability.shape[2]] = probability

        yield write
        values.flush()
        with (
            atomic_write(path) as file,
            zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open('probability.npy', 'w', force_zip64=True) as entry,
            open(raw.name, 'rb') as whole,
        ):
            while part := whole.read(_COPIED):
                entry.write(part)


@contextlib.contextmanager
def video_mp4(path: Path, size: Size, rate: float) -> Iterator[Callable[[np.ndarray], None]]:
    """Frames (H, W, 3) BGR as a video.

    Raises:
        ValueError: OpenCV cannot write one here.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f'.{path.stem}.tmp.mp4')  # OpenCV goes by the suffix
    writer = cv2.VideoWriter(str(unfinished), cv2.VideoWriter_fourcc(*'mp4v'), rate, size[::-1])
    if not writer.isOpened():
        raise ValueError(f'{path}: OpenCV cannot write an mp4 video of {size[1]}x{size[0]} here')
    try:
        yield writer.write
        writer.release()
        unfinished.replace(path)
    finally:
        writer.release()
        unfinished.unlink(missing_ok=True)
