"""Conversions between colour spaces, against their formulas."""

import numpy as np
import pytest

import mmcv.image
from mmcv.image import bgr2hsv, bgr2ycbcr, imconvert, rgb2ycbcr, ycbcr2bgr, ycbcr2rgb


@pytest.mark.parametrize(('there', 'back'), [('bgr2rgb', 'rgb2bgr'), ('bgr2hsv', 'hsv2bgr'), ('bgr2hls', 'hls2bgr')])
def test_there_and_back(there, back):
    img = np.random.rand(8, 9, 3).astype(np.float32)
    convert, revert = getattr(mmcv.image, there), getattr(mmcv.image, back)
    assert convert.__name__ == there
    assert np.abs(convert(img) - img).max() > 0.1
    np.testing.assert_allclose(revert(convert(img)), img, atol=1e-4)


def test_gray():
    img = np.random.rand(8, 9, 3).astype(np.float32)
    expected = img @ np.float32([0.114, 0.587, 0.299])
    np.testing.assert_allclose(mmcv.image.bgr2gray(img), expected, atol=1e-5)
    np.testing.assert_allclose(mmcv.image.rgb2gray(img[..., ::-1].copy(), keepdim=True)[..., 0], expected, atol=1e-5)
    np.testing.assert_array_equal(mmcv.image.gray2bgr(expected), np.dstack([expected] * 3))
    np.testing.assert_array_equal(mmcv.image.gray2rgb(expected), np.dstack([expected] * 3))


@pytest.mark.parametrize('dtype', [np.float64, np.float16, np.int32])
def test_types_that_opencv_does_not_know(dtype):
    img = (np.random.rand(8, 9, 3) * 200).astype(dtype)
    swapped = mmcv.image.bgr2rgb(img)
    assert swapped.dtype == dtype
    np.testing.assert_array_equal(swapped, img[..., ::-1])
    gray = mmcv.image.bgr2gray(img)
    assert gray.dtype == dtype
    np.testing.assert_allclose(gray, img.astype(np.float64) @ [0.114, 0.587, 0.299], atol=1)


@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
def test_ycbcr_is_that_of_bt_601(dtype):
    scale = 255 if dtype == np.uint8 else 1
    img = (np.array([[[1.0, 1, 1], [0, 0, 0], [1, 0, 0]]]) * scale).astype(dtype)  # white, black, red
    expected = np.array([[[235, 128, 128], [16, 128, 128], [81, 90, 240]]]) * (scale / 255)
    np.testing.assert_allclose(rgb2ycbcr(img), expected, atol=0.5 * scale / 255 + 1e-6)
    np.testing.assert_array_equal(bgr2ycbcr(img[..., ::-1]), rgb2ycbcr(img))
    np.testing.assert_array_equal(rgb2ycbcr(img, y_only=True), rgb2ycbcr(img)[..., 0])
    np.testing.assert_allclose(ycbcr2rgb(rgb2ycbcr(img)), img, atol=2 * scale / 255)
    np.testing.assert_array_equal(ycbcr2bgr(rgb2ycbcr(img)), ycbcr2rgb(rgb2ycbcr(img))[..., ::-1])
    with pytest.raises(ValueError, match='int64'):
        rgb2ycbcr(img.astype(np.int64))


def test_any_other_space():
    img = np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    np.testing.assert_array_equal(imconvert(img, 'bgr', 'hsv'), bgr2hsv(img))
    assert imconvert(img, 'bgr', 'lab').shape == img.shape
