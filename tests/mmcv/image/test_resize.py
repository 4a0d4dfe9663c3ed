"""Resizing, and the sizes that it leads to."""

import cv2
import numpy as np
import pytest

from mmcv.image import imrescale, imresize, imresize_like, imresize_to_multiple, rescale_size


@pytest.fixture
def img():
    return np.random.randint(0, 256, (30, 40, 3), dtype=np.uint8)


def test_rescale_size():
    assert rescale_size((40, 30), 0.5) == (20, 15)
    assert rescale_size((40, 30), (100, 60)) == rescale_size((40, 30), (60, 100)) == (80, 60)
    assert rescale_size((30, 40), (100, 60), return_scale=True) == ((60, 80), 2)
    assert rescale_size((53, 37), (1000, 35)) == (50, 35)  # 50.135, and halves go up
    assert rescale_size((4000, 1), (320, 160)) == (320, 1)
    with pytest.raises(ValueError, match='positive'):
        rescale_size((40, 30), -1)
    with pytest.raises(ValueError, match='two lengths'):
        rescale_size((40, 30), (1, 2, 3))


def test_imresize_returns_its_ratios(img):
    resized, w_scale, h_scale = imresize(img, (20, 60), return_scale=True)
    assert (resized.shape, w_scale, h_scale) == ((60, 20, 3), 0.5, 2.0)


def test_imresize_out(img):
    out = np.empty((15, 20, 3), np.uint8)
    imresize(img, (20, 15), out=out)
    np.testing.assert_array_equal(out, cv2.resize(img, (20, 15)))


@pytest.mark.parametrize('channels', [1, 2, 5, 8, 200])
@pytest.mark.parametrize('interpolation', ['nearest', 'bilinear', 'bicubic', 'area', 'lanczos'])
def test_any_number_of_channels_is_resized_channel_by_channel(channels, interpolation):
    img = np.random.randint(0, 65536, (30, 40, channels)).astype(np.uint16)
    resized = imresize(img, (21, 19), interpolation=interpolation)
    assert resized.shape == (19, 21, channels)
    for channel in range(channels):
        plane = np.ascontiguousarray(img[..., channel])
        expected = imresize(plane, (21, 19), interpolation=interpolation)
        np.testing.assert_allclose(resized[..., channel], expected, rtol=0, atol=1)  # OpenCV rounds by channel count


def test_pillow_backend(img):
    nearest = imresize(img, (20, 15), interpolation='nearest', backend='pillow')
    np.testing.assert_array_equal(nearest, img[1::2, 1::2])
    with pytest.raises(ValueError, match='float32'):
        imresize(np.float32(img), (20, 15), backend='pillow')


def test_imresize_errors(img):
    with pytest.raises(ValueError, match="interpolation 'cubic'"):
        imresize(img, (20, 15), interpolation='cubic')
    with pytest.raises(ValueError, match="'tifffile'"):
        imresize(img, (20, 15), backend='tifffile')
    with pytest.raises(ValueError, match='at least 1'):
        imresize(img, (20, 0))


def test_imresize_like_and_imrescale(img):
    assert imresize_like(img, np.empty((7, 9))).shape == (7, 9, 3)
    rescaled, factor = imrescale(img, (20, 100), return_scale=True)
    assert (rescaled.shape, factor) == ((20, 27, 3), 20 / 30)


def test_imresize_to_multiple(img):
    assert imresize_to_multiple(img, 16, scale_factor=1).shape == (32, 48, 3)
    assert imresize_to_multiple(img, (10, 7), scale_factor=(2, 1)).shape == (35, 80, 3)
    assert imresize_to_multiple(img, 16, size=(100, 50)).shape == (64, 112, 3)
    assert imresize_to_multiple(img, 16, size=(100, 50), keep_ratio=True).shape == (64, 80, 3)
    with pytest.raises(ValueError, match='either size or scale_factor'):
        imresize_to_multiple(img, 16, size=5, scale_factor=2)
