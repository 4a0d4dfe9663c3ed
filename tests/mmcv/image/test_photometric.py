"""Operations on the values of pixels."""

import numpy as np
import pytest

from mmcv.image import adjust_color, as_uint8, clahe, imdenormalize, imnormalize, lut_transform

MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


@pytest.mark.parametrize('dtype', ['uint8', 'uint16', 'float32', 'float64'])
@pytest.mark.parametrize('channels', [1, 3, 4, 7])
def test_imnormalize_rounds_like_float32(dtype, channels):
    img = (np.random.rand(6, 5, channels) * 255).astype(dtype)
    mean, std = np.random.rand(channels) * 255, np.random.rand(channels) * 99 + 1
    expected = (img.astype(np.float32) - np.float32(mean)) / np.float32(std)
    before = img.copy()
    for given in (img, img[:, ::-1][:, ::-1]):  # contiguous and not
        out = imnormalize(given, mean, std, to_rgb=False)
        assert out.dtype == np.float32
        np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(img, before)
    if channels == 1:
        np.testing.assert_array_equal(imnormalize(img[..., 0], mean, std, to_rgb=False), expected[..., 0])


def test_imnormalize_swaps_first():
    img = np.random.randint(0, 256, (6, 5, 3), dtype=np.uint8)
    expected = (img[..., ::-1].astype(np.float32) - np.float32(MEAN)) / np.float32(STD)
    np.testing.assert_array_equal(imnormalize(img, MEAN, STD), expected)
    np.testing.assert_array_equal(imnormalize(np.float32(img), MEAN, STD), expected)


def test_imnormalize_errors():
    with pytest.raises(ValueError, match='3 means and 3 stds for an image of 4 channels'):
        imnormalize(np.zeros((2, 2, 4)), MEAN, STD, to_rgb=False)
    with pytest.raises(ValueError, match='to_rgb=False'):
        imnormalize(np.zeros((2, 2)), [0], [1])


def test_imdenormalize_undoes_it():
    img = np.random.randint(0, 256, (6, 5, 3), dtype=np.uint8)
    np.testing.assert_allclose(imdenormalize(imnormalize(img, MEAN, STD), MEAN, STD), img, atol=1e-4)


def test_as_uint8():
    img = np.zeros((2, 2), np.uint8)
    assert as_uint8(img, 'x') is img
    assert as_uint8(np.array([-3.0, 7.9, 300]), 'x').tolist() == [0, 7, 255]
    with pytest.raises(ValueError, match='CLAHE: works on 8-bit values, but the image is uint16'):
        as_uint8(img.astype(np.uint16), 'CLAHE')


def test_lut_transform():
    img = np.random.randint(0, 256, (4, 5, 6), dtype=np.uint8)
    np.testing.assert_array_equal(lut_transform(img, 255 - np.arange(256, dtype=np.uint8)), 255 - img)
    with pytest.raises(ValueError, match=r'\(256,\)'):
        lut_transform(img, np.arange(255))
    table = np.random.rand(256)
    for values in (img.astype(np.int64), img + 0.5, img[..., None]):
        np.testing.assert_array_equal(lut_transform(values, table), table[values.astype(np.uint8)])
    for value in (-1, 256):
        with pytest.raises(ValueError, match=str(value)):
            lut_transform(np.array([value, 3]), table)


def test_clahe_spreads_a_narrow_histogram():
    img = np.random.randint(100, 120, (64, 64), dtype=np.uint8)
    assert np.ptp(clahe(img, clip_limit=40)) > 200
    with pytest.raises(ValueError, match='float64'):
        clahe(np.zeros((4, 4)))


def test_adjust_color():
    img = np.random.randint(0, 256, (4, 5, 3), dtype=np.uint8)
    np.testing.assert_array_equal(adjust_color(img, 1), img)
    assert np.ptp(adjust_color(img, 0), axis=2).max() == 0
