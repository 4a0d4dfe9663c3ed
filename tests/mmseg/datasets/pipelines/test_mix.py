import numpy as np
import pytest

from mmseg.datasets.pipelines import RandomCutOut, RandomMosaic


def sample(value=0, channels=3, height=30, width=40):
    shape = (height, width, channels) if channels else (height, width)
    label = np.full((height, width), value, np.uint8)
    return {'img': np.full(shape, value, np.uint8), 'gt_semantic_seg': label, 'seg_fields': ['gt_semantic_seg']}


@pytest.mark.parametrize('channels', [0, 3, 5])
def test_cutout(channels):
    before = sample(channels=channels)
    results = RandomCutOut(1.0, 3, cutout_shape=[(8, 4), (6, 6)], fill_in=9, seg_fill_in=255)(dict(before))
    assert not before['img'].any()
    assert not before['gt_semantic_seg'].any()
    holes = results['gt_semantic_seg'] == 255
    assert 0 < holes.sum() <= 3 * 36
    assert (results['img'][holes] == 9).all()
    assert not results['img'][~holes].any()


def test_cutout_by_ratio_leaves_labels_alone():
    before = sample()
    results = RandomCutOut(1.0, (1, 1), cutout_ratio=(1.0, 0.5), fill_in=(1, 2, 3))(dict(before))
    filled = results['img'][..., 2] == 3
    assert filled.any()
    assert filled.any(axis=1).sum() <= 15
    assert results['gt_semantic_seg'] is before['gt_semantic_seg']


def test_cutout_probability_zero():
    before = sample()
    assert RandomCutOut(0.0, 3, (8, 4))(dict(before))['img'] is before['img']


@pytest.mark.parametrize(
    'arguments',
    [
        {'prob': 1.5, 'cutout_shape': (8, 8)},
        {},
        {'cutout_shape': (8, 8), 'cutout_ratio': (0.1, 0.1)},
        {'n_holes': (3, 1), 'cutout_shape': (8, 8)},
        {'n_holes': (1, 2, 3), 'cutout_shape': (8, 8)},
        {'cutout_shape': (8, 8, 8)},
        {'cutout_shape': (8, 8), 'seg_fill_in': 2.5},
        {'cutout_shape': (8, 8), 'seg_fill_in': 'a'},
    ],
)
def test_cutout_arguments(arguments):
    with pytest.raises(ValueError, match='^RandomCutOut: '):
        RandomCutOut(**{'prob': 1.0, 'n_holes': 1} | arguments)


@pytest.mark.parametrize('channels', [0, 1, 3, 6])
def test_mosaic_places_four_samples_around_the_point(channels):
    others = [sample(value, channels, height=60, width=80) for value in (2, 3, 4)]
    mosaic = RandomMosaic(1.0, img_scale=(30, 40), center_ratio_range=(1.0, 1.0), pad_val=9, seg_pad_val=200)
    results = mosaic(sample(1, channels) | {'mix_results': others})
    label = np.repeat(np.repeat([[1, 2], [3, 4]], 30, axis=0), 40, axis=1)
    np.testing.assert_array_equal(results['gt_semantic_seg'], label)
    np.testing.assert_array_equal(np.atleast_3d(results['img'])[..., -1], label)
    assert results['img_shape'] == results['ori_shape'] == results['img'].shape == (60, 80, *[channels][: channels > 0])


def test_mosaic_fills_the_rest():
    mosaic = RandomMosaic(1.0, img_scale=(30, 40), center_ratio_range=(0.5, 0.5), pad_val=9, seg_pad_val=200)
    results = mosaic(sample(1) | {'mix_results': [sample(2)] * 3})
    assert (results['img'][45:] == 9).all()
    assert (results['gt_semantic_seg'][:, 60:] == 200).all()
    assert (results['gt_semantic_seg'][:15, :20] == 1).all()
    assert (results['gt_semantic_seg'][15:45, 20:60] == 2).all()


def test_mosaic_indexes():
    drawn = {index for _ in range(50) for index in RandomMosaic(1.0).get_indexes(range(7))}
    assert drawn == set(range(7))


def test_mosaic_arguments():
    with pytest.raises(ValueError, match='needs three mix_results'):
        RandomMosaic(1.0)(sample())
    for arguments in ({'prob': 2}, {'img_scale': 640}, {'center_ratio_range': (1, 3)}):
        with pytest.raises(ValueError, match='^RandomMosaic: '):
            RandomMosaic(**{'prob': 1.0} | arguments)


class OwnMosaic(RandomMosaic):
    def _mosaic_transform_img(self, results):
        results = super()._mosaic_transform_img(results)
        return {**results, 'img_at': (self.center_x, self.center_y)}

    def _mosaic_transform_seg(self, results):
        results = super()._mosaic_transform_seg(results)
        return {**results, 'places': self.places}

    def _mosaic_combine(self, loc, center_position_xy, img_shape_wh):
        paste, crop = super()._mosaic_combine(loc, center_position_xy, img_shape_wh)
        self.places = {**getattr(self, 'places', {}), loc: (paste, crop)}
        return paste, crop


def test_mosaic_with_steps_of_projects():
    mosaic = OwnMosaic(1.0, (30, 40), (0.5, 0.5))
    results = mosaic(sample() | {'mix_results': [sample(value) for value in (1, 2, 3)]})
    assert results['img_at'] == (20, 15)
    assert results['places'] == {
        'top_left': ((0, 0, 20, 15), (20, 15, 40, 30)), 'top_right': ((20, 0, 60, 15), (0, 15, 40, 30)),
        'bottom_left': ((0, 15, 20, 45), (20, 0, 40, 30)), 'bottom_right': ((20, 15, 60, 45), (0, 0, 40, 30))}
    assert results['gt_semantic_seg'].shape == (60, 80)
