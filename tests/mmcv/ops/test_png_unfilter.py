"""The filters of PNG."""

import io
import zlib

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from mmcv.ops import png_unfilter
from mmcv.ops.reference import png_unfilter as reference


def filtered(rows, width, kinds=range(5), seed=0, channels=3):
    """Random differences, under each of the filters in turn."""
    rng = np.random.RandomState(seed)
    made = rng.randint(0, 256, (rows, 1 + channels * width), dtype=np.uint8)
    made[:, 0] = [kinds[row % len(kinds)] for row in range(rows)]
    return torch.from_numpy(made)


def samples():
    yield filtered(11, 7), 11, 3
    yield filtered(5, 6), 9, 3
    yield filtered(3, 1, [4, 3]), 3, 3
    yield filtered(0, 4), 3, 3
    yield filtered(2, 0), 2, 3
    yield filtered(8, 5)[::2], 4, 3
    yield filtered(9, 21, channels=1), 12, 1
    yield filtered(2, 0, channels=1), 2, 1
    yield filtered(2, 70, [1], channels=1), 2, 1
    for kind in range(5):
        yield filtered(2, 9, [kind], seed=kind), 2, 3
        yield filtered(2, 19, [kind], seed=kind, channels=1), 2, 1


def invalid():
    yield filtered(3, 4), 2, 3
    yield filtered(3, 4)[:, 1:], 3, 3
    yield filtered(3, 4)[None], 3, 3
    yield filtered(3, 4).to(torch.int16), 3, 3
    yield filtered(3, 4, [0, 5, 0]), 3, 3
    yield filtered(3, 4), 3, 4
    yield filtered(3, 4), 3, 0
    yield filtered(3, 4)[:, :0], 3, 1


SAMPLES = {'png_unfilter': samples}
INVALID = {'png_unfilter': invalid}
NOT_DIFFERENTIABLE = {'png_unfilter': 'bytes'}


@pytest.mark.parametrize('kind', range(5))
def test_neighbours_that_are_alike_or_far_apart(kind):
    """Ties, and the largest differences."""
    data = torch.tensor([0, 1, 2, 127, 128, 254, 255], dtype=torch.uint8)[torch.randint(7, (2, 1 + 3 * 400))]
    data[:, 0] = torch.tensor([0, kind])
    assert torch.equal(png_unfilter(data, 2), reference.png_unfilter(data, 2, 3))


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('kind', range(5))
def test_gives_the_pixels_of_libpng(kind, channels):
    rows = filtered(37, 53, [kind], kind, channels)
    colours = b'\2' if channels == 3 else b'\0'
    chunks = b''.join(
        len(data).to_bytes(4, 'big') + name + data + zlib.crc32(name + data).to_bytes(4, 'big') for name, data in (
            (b'IHDR', (53).to_bytes(4, 'big') + (37).to_bytes(4, 'big') + b'\x08' + colours + b'\0\0\0'),
            (b'IDAT', zlib.compress(rows.numpy().tobytes())), (b'IEND', b'')))
    content = b'\x89PNG\r\n\x1a\n' + chunks
    image = png_unfilter(rows, 37, channels).numpy().squeeze()
    np.testing.assert_array_equal(image, cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED))
    expected = np.array(Image.open(io.BytesIO(content)))
    np.testing.assert_array_equal(image, expected[..., ::-1] if channels == 3 else expected)


def test_is_black_below_the_rows():
    whole = png_unfilter(filtered(9, 5), 9)
    part = png_unfilter(filtered(9, 5)[:4], 9)
    assert torch.equal(part[:4], whole[:4])
    assert not part[4:].any()


@pytest.mark.parametrize(('args', 'message'), [
    ((filtered(3, 4).to(torch.int16), 3), r'filtered is torch.int16 \(3, 13\); it must be uint8'),
    ((filtered(3, 4)[:, 1:], 3), r'filtered is torch.uint8 \(3, 12\)'),
    ((filtered(3, 4), 2), '3 rows for an image of height 2'),
    ((filtered(3, 4, [0, 9]), 3), 'unknown filter 9 in row 1'),
    ((filtered(3, 4), 3, 2), 'channels is 2'),
])
def test_errors(args, message):
    with pytest.raises(ValueError, match=f'^png_unfilter: {message}'):
        png_unfilter(*args)
