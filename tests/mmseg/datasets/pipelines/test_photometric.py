import cv2
import numpy as np
import pytest

from mmcv.image import clahe
from mmseg.datasets.pipelines import CLAHE, AdjustGamma, Normalize, PhotoMetricDistortion, Rerange, RGB2Gray


@pytest.fixture
def img():
    return np.random.randint(0, 256, (30, 41, 3), dtype=np.uint8)


def convert(img, alpha=1, beta=0):
    return np.clip(img.astype(np.float32) * alpha + beta, 0, 255).astype(np.uint8)


def distort_slowly(img, delta=32, contrast=(0.5, 1.5), saturation=(0.5, 1.5), hue=18):
    """The definition, step by step over whole images."""

    def change_contrast(img):
        return convert(img, alpha=np.random.uniform(*contrast)) if np.random.randint(2) else img

    if np.random.randint(2):
        img = convert(img, beta=np.random.uniform(-delta, delta))
    first = np.random.randint(2)
    img = change_contrast(img) if first else img
    if np.random.randint(2):
        hsv = cv2.cvtColor(img, cv2.COLOR_BGR2HSV)
        hsv[..., 1] = convert(hsv[..., 1], alpha=np.random.uniform(*saturation))
        img = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    if np.random.randint(2):
        hsv = cv2.cvtColor(img, cv2.COLOR_BGR2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(int) + np.random.randint(-hue, hue)) % 180
        img = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    return img if first else change_contrast(img)


@pytest.mark.parametrize('arguments', [(), (200, (0.1, 3), (0, 4), 170)])
def test_photo_metric_distortion_is_exact(arguments, img):
    before = img.copy()
    for seed in range(40):
        np.random.seed(seed)
        distorted = PhotoMetricDistortion(*arguments)({'img': img})['img']
        following = np.random.rand()
        np.random.seed(seed)
        np.testing.assert_array_equal(distorted, distort_slowly(img, *arguments))
        assert np.random.rand() == following
    np.testing.assert_array_equal(img, before)


def test_photo_metric_distortion_of_floats_and_without_hue(img):
    np.random.seed(5)
    expected = PhotoMetricDistortion(hue_delta=0)({'img': img})['img']
    np.random.seed(5)
    np.testing.assert_array_equal(PhotoMetricDistortion(hue_delta=0)({'img': np.float32(img)})['img'], expected)


@pytest.mark.parametrize('shape', [(4, 5), (4, 5, 4)])
def test_photo_metric_distortion_needs_colours(shape):
    with pytest.raises(ValueError, match='PhotoMetricDistortion: needs a BGR image'):
        PhotoMetricDistortion()({'img': np.zeros(shape, np.uint8)})


def test_normalize(img):
    mean, std = [1.5, 2.5, 3.5], [2.0, 3.0, 7.0]
    results = Normalize(mean, std)({'img': img})
    np.testing.assert_array_equal(results['img'], (np.float32(img[..., ::-1]) - np.float32(mean)) / np.float32(std))
    assert results['img_norm_cfg']['to_rgb'] is True
    assert results['img_norm_cfg']['mean'].dtype == np.float32
    many = np.random.randint(0, 65536, (4, 5, 6)).astype(np.uint16)
    np.testing.assert_array_equal(
        Normalize([100] * 6, [7] * 6, to_rgb=False)({'img': many})['img'], (np.float32(many) - 100) / np.float32(7)
    )


@pytest.mark.parametrize(('mean', 'std'), [([1, 2], [1]), ([1, 2], [1, 0])])
def test_normalize_arguments(mean, std):
    with pytest.raises(ValueError, match='^Normalize: '):
        Normalize(mean, std)


def test_rerange(img):
    stretched = Rerange(-1, 3)({'img': img[:2, :3]})['img']
    assert (stretched.min(), stretched.max()) == (-1, 3)
    with pytest.raises(ValueError, match='flat.png: all values are 0'):
        Rerange()({'img': np.zeros((2, 2)), 'filename': 'flat.png'})
    with pytest.raises(ValueError, match='min_value must be below'):
        Rerange(1, 1)


@pytest.mark.parametrize('shape', [(32, 40), (32, 40, 1), (32, 40, 5)])
@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
def test_clahe_each_channel(shape, dtype):
    img = np.random.randint(0, 256, shape).astype(dtype)
    before = img.copy()
    out = CLAHE(2.0, (4, 4))({'img': img})['img']
    np.testing.assert_array_equal(img, before)
    assert (out.shape, out.dtype) == (shape, dtype)
    for plane, equalized in zip(np.atleast_3d(img).T, np.atleast_3d(out).T, strict=True):
        np.testing.assert_array_equal(equalized.T, clahe(np.uint8(plane.T), 2.0, (4, 4)))


@pytest.mark.parametrize('arguments', [{'clip_limit': None}, {'clip_limit': 0}, {'tile_grid_size': (8.0, 8)}])
def test_clahe_arguments(arguments):
    with pytest.raises(ValueError, match='^CLAHE: '):
        CLAHE(**arguments)


def test_rgb2gray(img):
    gray = img @ np.array([0.299, 0.587, 0.114])
    results = RGB2Gray()({'img': img})
    np.testing.assert_allclose(results['img'], np.dstack([gray] * 3), rtol=1e-12)
    assert RGB2Gray(out_channels=1)({'img': img})['img_shape'] == (30, 41, 1)
    with pytest.raises(ValueError, match='2 weights for an image of shape'):
        RGB2Gray(weights=(1, 2))({'img': img})
    with pytest.raises(ValueError, match='out_channels'):
        RGB2Gray(out_channels=-1)
    with pytest.raises(ValueError, match='weights'):
        RGB2Gray(weights=1.1)


def test_adjust_gamma(img):
    np.testing.assert_array_equal(AdjustGamma(1.0)({'img': img})['img'], img)
    brighter = AdjustGamma(2.0)({'img': img})['img']
    np.testing.assert_allclose(brighter, np.sqrt(img / 255) * 255, atol=1)
    for gamma in (0, 'much'):
        with pytest.raises(ValueError, match='gamma must be a positive number'):
            AdjustGamma(gamma)
    with pytest.raises(ValueError, match='AdjustGamma: works on 8-bit values'):
        AdjustGamma()({'img': img.astype(np.uint16)})


class OwnColours(PhotoMetricDistortion):
    def brightness(self, img):
        return self.convert(img, beta=10)

    def contrast(self, img):
        return self.convert(img, alpha=(self.contrast_lower + self.contrast_upper) / 2)

    def saturation(self, img):
        return img

    hue = saturation


def test_photo_metric_distortion_with_steps_of_projects(img):
    distorted = OwnColours(contrast_range=(1, 2))({'img': img})['img']
    expected = convert(convert(img, beta=10), alpha=1.5)
    np.testing.assert_array_equal(distorted, expected)


def test_photo_metric_distortion_converts_in_the_way_of_a_project(img):
    class Dark(PhotoMetricDistortion):
        def convert(self, img, alpha=1, beta=0):
            return img * 0

    results = [Dark(saturation_range=(1, 1), hue_delta=0)({'img': img})['img'].max() for _ in range(20)]
    assert 0 in results
    np.testing.assert_array_equal(PhotoMetricDistortion().convert(img.astype(float), 0.5, 3), convert(img, 0.5, 3))
