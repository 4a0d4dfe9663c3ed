import numpy as np
import pytest

from mmseg.datasets.pipelines import RandomCrop


def sample(dtype=np.uint8):
    position = np.arange(30 * 40).reshape(30, 40)
    img = np.dstack([position] * 3).astype(np.float32)
    return {'img': img, 'gt_semantic_seg': (position % 251).astype(dtype), 'seg_fields': ['gt_semantic_seg']}


def test_image_and_label_stay_together():
    seen = set()
    for _ in range(50):
        results = RandomCrop((10, 12))(sample())
        assert results['img'].shape == results['img_shape'] == (10, 12, 3)
        np.testing.assert_array_equal(results['img'][..., 0] % 251, results['gt_semantic_seg'])
        seen.add(results['img'][0, 0, 0])
    assert len(seen) > 30


def test_larger_windows():
    assert RandomCrop((50, 12))(sample())['img'].shape == (30, 12, 3)
    assert RandomCrop((50, 60))(sample())['img'].shape == (30, 40, 3)


@pytest.mark.parametrize('dtype', [np.uint8, np.int64])
def test_cat_max_ratio(dtype):
    """One pixel column of a second class in an image of one class and ignored pixels: few windows hold both."""
    label = np.full((30, 40), 255, dtype)
    label[:, :20], label[:, 20] = 1, 2
    kept = 0
    for _ in range(100):
        results = sample() | {'gt_semantic_seg': label}
        window = RandomCrop((10, 10), cat_max_ratio=0.9)(results)['gt_semantic_seg']
        values = np.unique(window[window != 255])
        kept += len(values) == 2 and (window == 1).sum() < 0.9 * (window != 255).sum()
    assert kept > 90  # a single draw succeeds in about a quarter of the cases


def test_the_last_of_ten_redraws_is_not_checked():
    results = sample() | {'gt_semantic_seg': np.zeros((30, 40), np.uint8)}
    np.random.seed(3)
    RandomCrop((10, 10), cat_max_ratio=0.5)(results)
    following = np.random.rand()
    np.random.seed(3)
    for _ in range(11):
        np.random.randint(21), np.random.randint(31)
    assert np.random.rand() == following


@pytest.mark.parametrize('size', [(-1, 5), (0, 5), 512, (1, 2, 3)])
def test_arguments(size):
    with pytest.raises(ValueError, match=r'^RandomCrop: crop_size must be \(h, w\)'):
        RandomCrop(size)


class OwnWindow(RandomCrop):
    def get_crop_bbox(self, img):
        top, bottom, left, right = super().get_crop_bbox(img)
        assert (bottom - top, right - left) == self.crop_size
        return 1, 5, 2, 9

    def crop(self, img, bbox):
        return super().crop(img, bbox)[:, 1:]


def test_steps_of_projects():
    results = OwnWindow((50, 60))(sample())
    np.testing.assert_array_equal(results['img'], sample()['img'][1:5, 3:9])
    np.testing.assert_array_equal(results['gt_semantic_seg'], sample()['gt_semantic_seg'][1:5, 3:9])
    assert results['img_shape'] == (4, 6, 3)
