"""PNG files that are written row by row read back the same."""

import io

import numpy as np
import pytest
from PIL import Image

from mmcv.image.png_writer import PngWriter


@pytest.mark.parametrize('step', [1, 7, 40])
def test_grey(step):
    values = np.random.randint(0, 256, (40, 33), np.uint8)
    assert (np.array(written(values, step)) == values).all()


def test_16_bit():
    values = np.random.randint(0, 65536, (40, 33)).astype(np.uint16)
    image = written(values, 9, dtype=np.uint16)
    assert image.mode.startswith('I')
    assert (np.array(image) == values).all()


def test_palette():
    values, palette = np.random.randint(0, 3, (40, 33)), [[1, 2, 3], [200, 100, 0], [9, 9, 9]]
    image = written(values, 9, palette=palette)
    assert image.mode == 'P'
    assert image.getpalette()[:9] == [1, 2, 3, 200, 100, 0, 9, 9, 9]
    assert (np.array(image) == values).all()


def test_missing_rows_and_too_many():
    writer = PngWriter(io.BytesIO(), (4, 5))
    writer.write(np.zeros((3, 5), np.uint8))
    with pytest.raises(AssertionError, match='1 rows are missing'):
        writer.close()
    with pytest.raises(AssertionError, match='2 rows where 1 are missing'):
        writer.write(np.zeros((2, 5), np.uint8))
    with pytest.raises(AssertionError, match='rows of 4 pixels in an image of 5'):
        writer.write(np.zeros((1, 4), np.uint8))


def written(values, step, **options):
    file = io.BytesIO()
    writer = PngWriter(file, values.shape, **options)
    for start in range(0, len(values), step):
        writer.write(values[start:start + step])
    writer.close()
    image = Image.open(io.BytesIO(file.getvalue()))
    image.load()
    return image
