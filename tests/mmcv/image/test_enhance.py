"""Enhancements of images by their definitions, by Pillow, and at their ends."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from mmcv import image


@pytest.fixture
def img():
    return np.random.default_rng(0).integers(20, 200, (12, 17, 3), dtype=np.uint8)


def pillow(img, change):
    return np.array(change(Image.fromarray(img[..., ::-1])))[..., ::-1]


@pytest.mark.parametrize('factor', [0, 0.4, 1, 1.8])
@pytest.mark.parametrize(('name', 'kind', 'tolerance'), [
    ('brightness', ImageEnhance.Brightness, 0), ('contrast', ImageEnhance.Contrast, 1),
    ('color', ImageEnhance.Color, 1), ('sharpness', ImageEnhance.Sharpness, 1)])
def test_like_pillow(img, name, kind, factor, tolerance):
    expected = pillow(img, lambda picture: kind(picture).enhance(factor)).astype(int)
    ours = getattr(image, f'adjust_{name}')(img, factor)
    inside = (slice(1, -1), slice(1, -1))  # borders are smoothed differently
    assert np.abs(ours[inside].astype(int) - expected[inside]).max() <= tolerance
    if name != 'sharpness':
        np.testing.assert_array_equal(getattr(image, f'adjust_{name}')(img, factor, backend='pillow'), expected)


@pytest.mark.parametrize('name', ['brightness', 'contrast', 'color', 'sharpness', 'hue'])
def test_floats_stay_floats_within_the_range(img, name):
    out = getattr(image, f'adjust_{name}')(img.astype(np.float32), 0.5 if name == 'hue' else 3.0)
    assert out.dtype == np.float32
    assert 0 <= out.min() < out.max() <= 255


def test_colour_of_floats_is_clipped():
    saturated = np.full((2, 2, 3), (250, 5, 5), np.float32)
    np.testing.assert_array_equal(image.adjust_color(saturated, 2)[0, 0] , [255, 0, 0])
    np.testing.assert_array_equal(image.adjust_color(saturated, 1, 0, gamma=10)[0, 0], [255, 15, 15])


@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
def test_hue(img, backend):
    red = np.zeros((1, 1, 3), np.uint8) + np.array([0, 0, 255], np.uint8)
    assert image.adjust_hue(red, 1 / 3, backend)[0, 0].argmax() == 1  # green
    assert image.adjust_hue(red, -1 / 3, backend)[0, 0].argmax() == 0  # blue
    with pytest.raises(ValueError, match='-0.5 to 0.5'):
        image.adjust_hue(img, 0.6, backend)


@pytest.mark.parametrize('cutoff', [0, 5, (10, 20)])
def test_auto_contrast_and_equalization(img, cutoff):
    expected = pillow(img, lambda picture: ImageOps.autocontrast(picture, cutoff)).astype(int)
    assert np.abs(image.auto_contrast(img, cutoff) - expected).max() <= 1
    np.testing.assert_array_equal(image.imequalize(img), pillow(img, ImageOps.equalize))
    flat = np.full((4, 4, 3), 7, np.uint8)
    np.testing.assert_array_equal(image.auto_contrast(flat), flat)
    np.testing.assert_array_equal(image.imequalize(flat), flat)
    with pytest.raises(ValueError, match='cutoff'):
        image.auto_contrast(img, [1, 2])


def test_of_single_values():
    values = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    np.testing.assert_array_equal(image.iminvert(values), 255 - values)
    np.testing.assert_array_equal(image.solarize(values, 100)[0, [99, 100], 0], [99, 155])
    np.testing.assert_array_equal(image.posterize(values, 3)[0, [31, 32, 255], 0], [0, 32, 224])


def test_lighting(img, monkeypatch):
    monkeypatch.setattr(np.random, 'normal', lambda mean, std, size: np.array([1.0, 2.0]))
    vectors = np.array([[1.0, 0], [0, 1], [1, 1]])
    out = image.adjust_lighting(img, np.array([3.0, 5.0]), vectors)
    np.testing.assert_allclose(out - img[..., ::-1], np.broadcast_to([3.0, 10, 13], img.shape), atol=1e-4)
    with pytest.raises(ValueError, match='eigvec'):
        image.adjust_lighting(img, np.array([3.0]), vectors)


def test_backends(img):
    with pytest.raises(ValueError, match='turbojpeg'):
        image.adjust_brightness(img, backend='turbojpeg')
    with pytest.raises(ValueError, match='float32'):
        image.adjust_contrast(img.astype(np.float32), backend='pillow')
