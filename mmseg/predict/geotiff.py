"""GeoTIFFs: read by rows, and masks that lie on the map where their images do."""

import contextlib
import os
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import TiffImagePlugin

from mmseg.inference import Classes

from .outputs import Strip, TakesStrip

if TYPE_CHECKING:
    from rasterio.io import DatasetReader, DatasetWriter

SUFFIXES = ('.tif', '.tiff')
_WORLD_FILES = ('.tfw', '.tifw', '.tiffw', '.wld')
_GEOGRAPHIC = (33550, 33922, 34264, 34735)  # tags: pixel scale, tie points, transformation, keys
_NO_CLASS = {'uint8': 255, 'uint16': 65535}
_BLOCK = 512
_CACHE = 128  # megabytes of GDAL's for decoded blocks


def is_georeferenced(path: str) -> bool:
    """Whether a file is a TIFF that says where on the map it lies; only its header is read."""
    if not path.lower().endswith(SUFFIXES):
        return False
    stem = os.path.splitext(path)[0]
    if any(os.path.exists(stem + suffix) for suffix in _WORLD_FILES):
        return True
    try:
        with open(path, 'rb') as file:
            tags = _directory(file)
    except (OSError, SyntaxError, ValueError, struct.error):
        return False
    return any(tag in tags for tag in _GEOGRAPHIC)


def _directory(file: BinaryIO) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The tags of the first image in a TIFF."""
    head = file.read(8)
    head += file.read(8) if head[2:3] == b'+' or head[3:4] == b'+' else b''  # BigTIFF
    tags = TiffImagePlugin.ImageFileDirectory_v2(head)
    file.seek(tags.next)
    tags.load(file)
    return tags


class RasterRows:
    """The rows of a file that GDAL reads, as the model's pipeline would load them.

    Args:
        source: the open file.
        channels: how many the model takes; None if nobody knows.
        colour, reversed_bands: ``color_type`` of the pipeline, and whether it turns RGB into BGR.

    Raises:
        ValueError: the file has fewer bands than the model takes.
    """

    def __init__(self, source: 'DatasetReader', channels: int | None, colour: str, reversed_bands: bool) -> None:
        self._source, self._colour = source, colour
        self.size = source.height, source.width
        wanted = 3 if colour.startswith('color') else 1 if colour.startswith('grayscale') else channels or source.count
        every, opacity = list(source.indexes), _opacity(source)
        bands = [band for band in every if band != opacity]
        # GDAL itself calls a fourth band of bytes opacity, when it is written, where nobody says what it is.
        self._opacity_is_data = len(bands) < wanted <= len(every) and len(bands) > 1
        bands = every if self._opacity_is_data else bands * wanted if len(bands) == 1 else bands
        if len(bands) < wanted:
            raise ValueError(f'{source.name}: {source.count} bands, and the model takes {wanted}')
        bands = bands[:wanted]  # the model has not learned to look at the rest
        self._bands = [*bands[2::-1], *bands[3:]] if reversed_bands and len(bands) >= 3 else bands
        flags = {flag.name for flags in source.mask_flag_enums for flag in flags}
        self.has_gaps = source.nodata is not None if self._opacity_is_data else flags != {'all_valid'}

    def read(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray | None]:
        window = ((start, stop), (0, self.size[1]))
        with _as_fault_of(self._source.name):
            image = np.moveaxis(self._source.read(self._bands, window=window), 0, -1)
            known = self._known(image, window) if self.has_gaps else None
        if self._colour != 'unchanged':
            image = _as_bytes(image, self._source.name)
        return (image[..., 0] if self._colour.startswith('grayscale') else image), known

    def _known(self, image: np.ndarray, window: tuple) -> np.ndarray:
        if self._opacity_is_data:
            return (image != self._source.nodata).any(axis=-1)
        return self._source.dataset_mask(window=window) > 0


def _opacity(source: 'DatasetReader') -> int | None:
    """The band of opacity, if there is one."""
    return next((band for band, kind in zip(source.indexes, source.colorinterp) if kind.name == 'alpha'), None)


def _as_bytes(image: np.ndarray, name: str) -> np.ndarray:
    """The upper byte of 16 bits, as OpenCV reads them."""
    if image.dtype == np.uint16:
        return (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        raise ValueError(f'{name}: values of type {image.dtype} do not become 8 bit: the config has to load images '
                         "with color_type='unchanged'")
    return image


@contextlib.contextmanager
def opened(path: str) -> Iterator['DatasetReader']:
    """A file in GDAL.

    Raises:
        ValueError: rasterio is not installed, or GDAL cannot read the file.
    """
    try:
        import rasterio
    except ImportError as error:
        raise ValueError(f'{path}: a TIFF with a georeference needs a package: pip install rasterio') from error
    with rasterio.Env(GDAL_CACHEMAX=_CACHE), warnings.catch_warnings():  # it would take 5 % of the machine's memory
        warnings.simplefilter('ignore', rasterio.errors.NotGeoreferencedWarning)
        with _as_fault_of(path):
            source = rasterio.open(path)
        with source:
            yield source


@contextlib.contextmanager
def _as_fault_of(path: str) -> Iterator[None]:
    """Name the file that GDAL cannot read: its errors count as those of the disk otherwise."""
    from rasterio.errors import RasterioError

    try:
        yield
    except RasterioError as error:
        raise ValueError(f'{path}: {error.__cause__ or error}') from error


@contextlib.contextmanager
def mask_tif(path: Path, source: 'DatasetReader', classes: Classes, has_gaps: bool) -> Iterator[TakesStrip]:
    """Class indices as a cloud-optimised GeoTIFF of one band, with the CRS and the transform of its image.

    Where the image has no data there is no class: 255, or 65535 where that is one, which is the mask's nodata then.
    """
    import rasterio
    from rasterio.shutil import copy

    dtype = 'uint8' if classes.number <= _NO_CLASS['uint8'] else 'uint16'
    profile = {
        'driver': 'GTiff', 'height': source.height, 'width': source.width, 'count': 1, 'dtype': dtype,
        'crs': source.crs, 'transform': source.transform, 'nodata': _NO_CLASS[dtype] if has_gaps else None,
        'compress': 'deflate', 'bigtiff': 'if_safer'}
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, finished = (path.with_name(f'.{path.name}.{os.getpid()}.{part}.tmp') for part in ('rows', 'cog'))
    try:
        with rasterio.open(rows, 'w', **profile) as mask:
            _describe(mask, source, classes)
            yield lambda strip: _write(mask, strip, _NO_CLASS[dtype])
        copy(rows, finished, driver='COG', compress='DEFLATE', blocksize=_BLOCK, overview_resampling='NEAREST',
             bigtiff='IF_SAFER')
        finished.replace(path)
    finally:
        rows.unlink(missing_ok=True)
        finished.unlink(missing_ok=True)


def _describe(mask: 'DatasetWriter', source: 'DatasetReader', classes: Classes) -> None:
    points, crs = source.gcps
    if points:
        mask.gcps = points, crs
    if mask.dtypes[0] == 'uint8':
        mask.write_colormap(1, {value: (*map(int, colour), 255) for value, colour in enumerate(classes.colours)})


def _write(mask: 'DatasetWriter', strip: Strip, no_class: int) -> None:
    labels = strip.labels if strip.known is None else np.where(strip.known, strip.labels, no_class)
    window = ((strip.y, strip.y + len(labels)), (0, labels.shape[1]))
    mask.write(labels.astype(mask.dtypes[0]), 1, window=window)
