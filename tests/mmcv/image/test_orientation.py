"""The EXIF orientation is told by the head of a file alone."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from mmcv.image.orientation import read_orientation, stored_size


def content_of(kind, orientation=None):
    file, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(file, kind, exif=exif)
    return file.getvalue()


def read(content):
    with Image.open(io.BytesIO(content)) as image:
        found = read_orientation(image)
        assert np.asarray(image).size == 4 * 6 * 3  # it can be loaded as if nobody had looked
        return found


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'TIFF', 'WEBP'])
@pytest.mark.parametrize('orientation', [1, 3, 6, 8])
def test_it_is_read(kind, orientation):
    assert read(content_of(kind, orientation)) == orientation


@pytest.mark.parametrize('content', [content_of('JPEG'), content_of('PNG'), content_of('BMP'), content_of('JPEG', 77)])
def test_none_and_nonsense(content):
    assert read(content) == 1


def test_behind_the_pixels():
    content = content_of('PNG', 6)
    start = content.index(b'eXIf') - 4
    end = start + 12 + int.from_bytes(content[start:start + 4], 'big')
    chunk, rest = content[start:end], content[:start] + content[end:]
    assert zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], 'big')
    assert read(rest) == 1
    assert read(rest[:-12] + chunk + rest[-12:]) == 6


def test_no_pixel_of_a_png_is_decoded(monkeypatch):
    monkeypatch.setattr(PngImagePlugin.PngImageFile, 'load', None)
    with Image.open(io.BytesIO(content_of('PNG'))) as image:
        assert read_orientation(image) == 1


def test_a_png_that_is_cut_off():
    with Image.open(io.BytesIO(content_of('PNG')[:-20])) as image:
        assert read_orientation(image) == 1


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'TIFF', 'WEBP'])
@pytest.mark.parametrize('orientation', [1, 3, 6])
def test_the_size_that_is_stored(kind, orientation):
    with Image.open(io.BytesIO(content_of(kind, orientation))) as image:
        assert stored_size(image) == (4, 6)
