"""Images made visible, found and named for every kind of data set."""

import warnings

import numpy as np
import pytest
import torch
from torch.utils.data import Subset

import mmcv
from mmseg.datasets import ConcatDataset, CustomDataset, RepeatDataset
from mmseg.evaluation.picture import as_picture, load_image, load_label, picture_path


def ramp(*channels, dtype):
    """(10, 100, C): each channel counts up from a number of its own."""
    return np.stack([np.arange(1000).reshape(10, 100) * 2 + first for first in channels], 2).astype(dtype)


@pytest.mark.parametrize('channels', [3, 4])
def test_photos_stay_as_they_are(channels):
    img = np.random.randint(0, 256, (4, 5, channels)).astype(np.uint8)
    np.testing.assert_array_equal(as_picture(img), img[..., :3])


@pytest.mark.parametrize('shape', [(4, 5), (4, 5, 1), (4, 5, 2)])
def test_one_or_two_bands_are_grey(shape):
    img = np.random.randint(0, 256, shape).astype(np.uint8)
    shown = as_picture(img)
    assert shown.shape == (4, 5, 3)
    np.testing.assert_array_equal(shown, np.repeat(np.atleast_3d(img)[..., :1], 3, axis=2))


@pytest.mark.parametrize('dtype', [np.uint16, np.int16, np.int32, np.float32, np.float64])
def test_wide_values_are_stretched_band_by_band(dtype):
    shown = as_picture(ramp(0, 5000, 20000, 7, 8, 9, dtype=dtype))
    assert shown.dtype == np.uint8
    for band in range(3):
        grey = shown[..., band].ravel()
        assert (grey[:20] == 0).all()
        assert (grey[980:] == 255).all()
        assert (np.diff(grey.astype(int)) >= 0).all()
        assert grey[500] == pytest.approx(128, abs=1)


def test_many_bands_of_8_bits_are_stretched_too():
    img = np.zeros((10, 100, 6), np.uint8)
    img[..., 0] = np.linspace(100, 110, 100)
    shown = as_picture(img)
    assert shown[..., 0].max() == 255
    assert shown[..., 0].min() == 0
    assert not shown[..., 1:].any()


def test_bands_can_be_chosen():
    img = np.random.randint(0, 256, (4, 5, 4)).astype(np.uint8)
    np.testing.assert_array_equal(as_picture(img, (3, 0, 2)), img[..., [2, 0, 3]])
    with pytest.raises(ValueError, match=r'\(4, 0, 2\).*has 4'):
        as_picture(img, (4, 0, 2))


def test_what_is_not_finite_is_black():
    img = ramp(0, 0, 0, dtype=np.float32)
    img[0, 0], img[0, 1], img[9, 99, 1] = np.nan, -np.inf, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        shown = as_picture(img)
        assert not as_picture(np.full((3, 3), np.nan)).any()
    assert not shown[0, :2].any()
    assert shown[9, 99].tolist() == [255, 0, 255]


def test_a_dot_on_a_plain_ground_is_seen():
    img = np.full((100, 100), 500, np.uint16)
    img[3, 4] = 700
    shown = as_picture(img)
    assert shown[3, 4].tolist() == [255] * 3
    assert not shown[50:].any()


@pytest.mark.parametrize('img', [np.zeros((2, 3, 4, 3)), np.zeros(5), np.zeros((0, 3, 3)), np.array([['a']])])
def test_what_is_no_image_is_refused(img):
    with pytest.raises(ValueError, match='no image'):
        as_picture(img)


class TiffLike:
    """A loader of a user's own: six bands of 16 bits."""

    def __call__(self, results):
        results['img'] = np.full((4, 5, 6), 1000, np.uint16)
        return results


@pytest.fixture
def tree(tmp_path):
    """Images of one name in two folders, with labels."""
    for i, name in enumerate(('x/a', 'y/a')):
        mmcv.imwrite(np.full((4, 5, 3), 10 * i, np.uint8), str(tmp_path / 'img' / f'{name}.png'))
        mmcv.imwrite(np.full((4, 5), i, np.uint8), str(tmp_path / 'ann' / f'{name}.png'))
    return tmp_path


def make(tree, *pipeline, **kwargs):
    return CustomDataset(
        pipeline, 'img', '.png', 'ann', data_root=str(tree), test_mode=True, classes=('p', 'q'), **kwargs)


def test_images_come_as_the_pipeline_loads_them(tree):
    dataset = make(tree, {'type': 'LoadImageFromFile'}, {'type': 'Normalize', 'mean': [9] * 3, 'std': [2] * 3})
    assert (load_image(dataset, 1) == 10).all()
    assert load_image(dataset, 1).dtype == np.uint8
    own = make(tree, dict, TiffLike())  # the first of the two transforms copies
    for wrapped, index in ((own, 1), (RepeatDataset(own, 3), 5), (ConcatDataset([own, own]), 3), (Subset(own, [1]), 0)):
        assert load_image(wrapped, index).shape == (4, 5, 6)
        assert (load_label(wrapped, index) == 1).all()


class Samples:
    """A data set of somebody's own, without files: two augmentations of a padded, normalised image."""

    def __len__(self):
        return 1

    def __getitem__(self, index):
        rgb = torch.arange(3.0)[:, None, None].expand(3, 6, 8)
        norm = {'mean': np.array([1, 2, 3]), 'std': np.array([2.0, 2.0, 2.0]), 'to_rgb': True}
        meta = {'img_norm_cfg': norm, 'img_shape': (4, 5, 3)}
        return {'img': [rgb, rgb], 'img_metas': [meta, meta]}


def test_else_the_image_is_taken_out_of_the_sample():
    img = load_image(Samples(), 0)
    assert img.shape == (4, 5, 3)
    assert img[0, 0].tolist() == [7, 4, 1]  # BGR of 1 + 2 * 0, 2 + 2 * 1, 3 + 2 * 2
    assert load_label(Samples(), 0) is None
    assert str(picture_path(Samples(), 0)) == 'sample 0'


def test_names_tell_folders_and_data_sets_apart(tree):
    dataset = make(tree)
    assert [picture_path(dataset, i).as_posix() for i in (0, 1)] == ['x/a.png', 'y/a.png']
    assert picture_path(RepeatDataset(dataset, 2), 3).as_posix() == 'y/a.png'
    several = ConcatDataset([dataset, RepeatDataset(make(tree), 2)])
    names = [picture_path(several, i).as_posix() for i in range(6)]
    assert names == ['0/x/a.png', '0/y/a.png', '1/x/a.png', '1/y/a.png', '1/x/a.png', '1/y/a.png']


def test_a_picture_never_leaves_its_folder():
    class Files:
        img_dir = '/data/img'

        def __init__(self, path):
            self.path = path

        def sample_files(self, idx):
            return {'img': self.path}

    for path, name in (('/data/img/x/a.png', 'x/a.png'), ('/data/img/../other/a.png', 'other/a.png'),
                       ('/elsewhere/a.png', 'elsewhere/a.png'), ('b/a.png', 'b/a.png')):
        assert picture_path(Files(path), 0).as_posix() == name
