"""What is read of an image file."""

import contextlib
import functools
import io
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from mmcv.image import imfrombytes
from mmcv.image.orientation import QUARTER_TURNS, read_orientation, stored_size
from mmcv.image.png import png_damage
from mmcv.image.stored import OtherKindError, decode_unchanged, is_deep
from mmcv.utils import one_line

_FORMATS = {
    'JPEG': ('.jpg', '.jpeg', '.jfif', '.jpe'), 'MPO': ('.jpg', '.jpeg', '.mpo'), 'PNG': ('.png',), 'BMP': ('.bmp',),
    'TIFF': ('.tif', '.tiff'), 'WEBP': ('.webp',), 'GIF': ('.gif',), 'PPM': ('.ppm', '.pgm', '.pbm', '.pnm'),
    'JPEG2000': ('.jp2',)}
_SIDE = 32  # of the small grey picture that is hashed
_MARGINS = (0, 2, 4)  # that are cut off of one of twice the size


class Header(NamedTuple):
    """What the head of a picture says.

    Attributes:
        format: 'JPEG', 'PNG' and so on; '' if Pillow does not know it.
        size: (H, W), as stored.
        mode: of Pillow: L, P, RGB, RGBA ...
        orientation: 1 to 8, by EXIF.
        deep: whether a sample has more than 8 bits.
    """

    format: str
    size: tuple[int, int]
    mode: str
    orientation: int
    deep: bool

    @property
    def upright(self) -> tuple[int, int]:
        """(H, W) of the image turned as its orientation says."""
        return self.size[::-1] if self.orientation in QUARTER_TURNS else self.size


class ImageFacts(NamedTuple):
    """What is known of an image.

    Attributes:
        error: why it cannot be used; '' if it can.
        doubt: what is strange about a file that can be read all the same: its suffix, damage that a decoder gets over.
        header: None of what is not an image.
        channels: that are stored.
        sums: (pixels, sums and sums of squares of the RGB values of 0 to 255), or None.
        blank: whether all pixels have one colour.
        prints: perceptual hashes of the whole, and of its middle at two sizes.
        pixels: a checksum of what the image shows.
    """

    error: str = ''
    doubt: str = ''
    header: Header | None = None
    channels: int = 0
    sums: tuple[int, tuple[float, ...], tuple[float, ...]] | None = None
    blank: bool = False
    prints: tuple[int, ...] = ()
    pixels: int = 0


def read_header(content: bytes) -> Header | None:
    """The head of a picture; None if Pillow does not know the format."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            turn, deep = read_orientation(image), is_deep(image, content)
            return Header(image.format, stored_size(image), image.mode, turn, deep)
    except UnidentifiedImageError:
        return None


def strange_suffix(path: str, header: Header) -> str:
    """What to say of a file whose suffix is not that of its format; '' if it is."""
    suffix, fits = PurePosixPath(path).suffix.lower(), _FORMATS.get(header.format)
    return f'it is a {header.format} file, whatever its suffix says' if fits and suffix not in fits else ''


def decode_checked(content: bytes, flag: str) -> tuple[np.ndarray, str]:
    """The pixels, and what the decoder had to complain of, which it else says on stderr alone; '' for nothing.

    Raises:
        ValueError: it cannot be decoded.
    """
    if content.startswith(b'\x89PNG') and (damage := png_damage(content)):
        raise ValueError(damage)
    with _complaints() as said:
        img = imfrombytes(content, flag, 'rgb')
    doubts = [line for line in said if 'Corrupt JPEG' in line]  # which libjpeg fills with grey
    return img, doubts[0] if doubts else ''


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """The lines that decoders print meanwhile, which else go to stderr; they are there at the end."""
    file, before, said = _file_of(os.getpid()), os.dup(2), []
    try:
        os.dup2(file.fileno(), 2)
        yield said
    finally:
        os.dup2(before, 2)
        os.close(before)
        file.seek(0)
        said += file.read().decode(errors='replace').splitlines()
        file.seek(0)
        file.truncate()


@functools.lru_cache(maxsize=1)
def _file_of(process: int) -> BinaryIO:
    """A file of each process's own: those that are forked would share the place in it."""
    return tempfile.TemporaryFile(buffering=0)


def image_facts(path: str, content: bytes, with_sums: bool = True) -> ImageFacts:
    """Look at an image.

    Args:
        path: for its suffix.
        content: of the file.
        with_sums: whether the sums for mean and deviation are wanted.
    """
    if not content:
        return ImageFacts('the file is empty')
    try:
        header = read_header(content)
        img, doubt = _decode(content)
    except (ValueError, OSError, Image.DecompressionBombError) as error:
        return ImageFacts(one_line(error))
    if header is None:
        header = Header('', img.shape[:2], '', 1, img.dtype != np.uint8)
    doubt = strange_suffix(path, header) or doubt
    shown = img if img.ndim == 3 else img[..., None]
    if shown.shape[2] != 3 or shown.dtype != np.uint8:
        return ImageFacts('', doubt, header, shown.shape[2], blank=bool((shown == shown[:1, :1]).all()))
    channels = len(header.mode) if header.mode in ('L', 'LA', 'RGB', 'RGBA', 'CMYK') else \
        1 if header.mode in ('1', 'F') or header.mode.startswith('I') else 3
    mean, deviation = (part.ravel() for part in cv2.meanStdDev(img))
    count = img.shape[0] * img.shape[1]
    sums = (count, tuple(mean * count), tuple((deviation**2 + mean**2) * count)) if with_sums else None
    small = cv2.resize(cv2.cvtColor(img, cv2.COLOR_RGB2GRAY), (2 * _SIDE, 2 * _SIDE), interpolation=cv2.INTER_AREA)
    prints = tuple(perceptual_hash(small[margin:2 * _SIDE - margin, margin:2 * _SIDE - margin]) for margin in _MARGINS)
    blank = float(deviation.max()) < 1.0
    return ImageFacts('', doubt, header, channels, sums, blank, prints, _checksum(img))


def _decode(content: bytes) -> tuple[np.ndarray, str]:
    """RGB of 8 bits where that is to be had, as :class:`LoadImageFromFile` gives it; not turned."""
    try:
        return decode_checked(content, 'color_ignore_orientation')
    except ValueError as error:
        with contextlib.suppress(ValueError), _complaints():
            img = _as_stored(content)
            if img.dtype != np.uint8 or img.ndim == 2 or img.shape[2] != 3:  # fractions, or many channels
                return img, ''
        raise error


def _as_stored(content: bytes) -> np.ndarray:
    try:
        return decode_unchanged(content)
    except OtherKindError:
        return imfrombytes(content, backend='tifffile')


def perceptual_hash(grey: np.ndarray) -> int:
    """64 bits by the signs of the lowest frequencies of a small grey image around their median.

    Zauner: Implementation and benchmarking of perceptual image hash functions, 2010.
    """
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:8, :8].ravel()
    return int.from_bytes(np.packbits(low > np.median(low[1:])).tobytes(), 'big')


def _checksum(img: np.ndarray) -> int:
    return hash((img.shape, zlib.crc32(np.ascontiguousarray(img))))
