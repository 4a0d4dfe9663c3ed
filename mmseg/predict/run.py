"""Sources to files: images in batches, large ones in windows, videos frame by frame."""

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

import cv2

from mmcv.image.header import Header, read_header
from mmcv.utils import ProgressBar, one_line, track_iter_progress
from mmseg.inference import Predictor, Prepared, Source, Video

from .geotiff import RasterRows, is_georeferenced, mask_tif, opened
from .rows import HUGE, HeldRows, RowReader, Scroll, spilled
from .video import predict_video
from .writing import MaskWriter, Wanted, write_image

_HELD = 1 << 24  # pixels of an image that is prepared whole at its own size


class Task(NamedTuple):
    """A source and what its files are called."""

    source: Source
    name: PurePath


class Run:
    """Predicts sources and writes what is wanted.

    Args:
        predictor: predicts.
        wanted: what is written.

    Attributes:
        failed: the files that could not be predicted.
    """

    def __init__(self, predictor: Predictor, wanted: Wanted) -> None:
        self._predictor = predictor
        self._wanted = wanted
        self.failed: list[str] = []

    def predict(self, sources: Sequence[Source], names: Sequence[PurePath]) -> None:
        """Predict all that can be; what cannot is named, and the rest is done."""
        bar = ProgressBar(len(sources), file=sys.stderr)
        tasks = self._small(map(Task, sources, names), bar)
        for batch in self._predictor.batches(tasks):
            self._predict_batch(batch)
            bar.update(len(batch))

    def _small(self, tasks: Iterable[Task], bar: ProgressBar) -> Iterator[tuple[Task, Prepared]]:
        """The images that are predicted whole, several at once; the other sources are done on the way."""
        for task in tasks:
            prepared = None
            with self._naming(task.source.path):
                prepared = self._begin(task)
            if prepared is None:
                bar.update()
            else:
                yield task, prepared

    @contextlib.contextmanager
    def _naming(self, path: str) -> Iterator[None]:
        """Name a file that cannot be predicted, and go on. Files that cannot be written end the run."""
        try:
            yield
        except (ValueError, RuntimeError, OSError, cv2.error) as error:
            if isinstance(error, OSError) and (error.filename is None or os.fspath(error.filename) != path):
                raise
            line = error.strerror if isinstance(error, OSError) else one_line(error) or type(error).__name__
            self.failed.append(path)
            print(f'error: {line if path in line else f"{path}: {line}"}', file=sys.stderr)

    def _begin(self, task: Task) -> Prepared | None:
        """Do what is not done in a batch; give the image that is."""
        path, predictor = task.source.path, self._predictor
        if isinstance(task.source, Video):
            return predict_video(predictor, self._wanted, task.source, task.name)
        if is_georeferenced(path):
            return self._on_the_map(task)
        header = None
        with contextlib.suppress(ValueError):  # of a kind that Pillow does not know
            header = read_header(path)
        if header is not None and header.pixels > HUGE:
            with self._huge(path, header) as reader:
                return self._by_rows(task.name, reader)
        prepared = predictor.load(path)
        image = prepared.image
        if predictor.prepare.scale is None and image.shape[0] * image.shape[1] > _HELD:
            return self._by_rows(task.name, HeldRows(image))
        if not predictor.is_large(prepared, any(self._wanted.details)):
            return prepared
        parts = predictor.parts(prepared, with_probability=self._wanted.details[1])
        return write_image(self._wanted, task.name, image.shape[:2], parts, HeldRows(image).read)

    def _on_the_map(self, task: Task) -> None:
        prepare = self._predictor.prepare
        with opened(task.source.path) as raster:
            reversed_bands = prepare.backend != 'tifffile'
            reader = RasterRows(raster, prepare.kind.channels, prepare.colour, reversed_bands)
            path = self._wanted.path('mask', task.name, '.tif')
            self._by_rows(task.name, reader, mask_tif(path, raster, self._wanted.classes, reader.has_gaps))

    @contextlib.contextmanager
    def _huge(self, path: str, header: Header) -> Iterator[RowReader]:
        """The rows of a file that is not held: by GDAL, or of a copy on the disk where there is no GDAL."""
        prepare = self._predictor.prepare
        if header.upright and prepare.colour.startswith('color') and _has_rasterio():
            with opened(path) as raster:
                if raster.count >= 3:
                    rows = RasterRows(raster, prepare.kind.channels, prepare.colour, reversed_bands=True)
                    rows.has_gaps = False  # what is transparent in a picture is predicted as in one that is held
                    yield rows
                    return
        with spilled(path, prepare.colour, (header.height, header.width)) as rows:
            yield rows

    def _by_rows(self, name: PurePath, reader: RowReader, mask: MaskWriter | None = None) -> None:
        scroll = Scroll(reader, self._predictor)
        parts = self._predictor.windows(reader.size, scroll.logits_of, self._wanted.details[1])
        shown = track_iter_progress((parts, self._predictor.count_windows(reader.size)), file=sys.stderr)
        write_image(self._wanted, name, reader.size, shown, scroll.rows, mask)

    def _predict_batch(self, batch: Sequence[tuple[Task, Prepared]]) -> None:
        """Predict images at once; where that fails, one by one, to name the one that is the cause."""
        try:
            found = self._predictor.predict([prepared for _, prepared in batch], *self._wanted.details)
        except (ValueError, RuntimeError):
            if len(batch) == 1:
                with self._naming(batch[0][0].source.path):
                    raise
            for one in batch if len(batch) > 1 else ():
                self._predict_batch([one])
            return
        for (task, prepared), prediction in zip(batch, found):
            image = prepared.image
            write_image(self._wanted, task.name, image.shape[:2], [prediction], HeldRows(image).read)


def _has_rasterio() -> bool:
    return importlib.util.find_spec('rasterio') is not None
