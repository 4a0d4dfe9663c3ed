"""Conversions between colour spaces, against their formulas."""

import numpy as np
import pytest

import mmcv.image


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
