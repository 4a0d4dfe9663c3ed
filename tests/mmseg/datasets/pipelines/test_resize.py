import numpy as np
import pytest

from mmseg.datasets.pipelines import Compose, Resize, ResizeToMultiple, SegRescale


def sample(height=30, width=40, channels=3):
    img = np.random.randint(0, 256, (height, width, channels), dtype=np.uint8)
    label = np.random.choice([0, 1, 255], (height, width)).astype(np.uint8)
    return {'img': img, 'gt_semantic_seg': label, 'seg_fields': ['gt_semantic_seg']}


@pytest.mark.parametrize(
    ('arguments', 'shape'),
    [
        ({'img_scale': (80, 80)}, (60, 80)),
        ({'img_scale': [80, 80]}, (60, 80)),
        ({'img_scale': [[80, 80]]}, (60, 80)),
        ({'img_scale': (20, 80)}, (20, 27)),
        ({'img_scale': (80, 20), 'keep_ratio': False}, (20, 80)),
        ({'img_scale': (80, 20), 'min_size': 45}, (45, 60)),
        ({'img_scale': (80, 60), 'min_size': 45}, (60, 80)),
        ({'ratio_range': (2.0, 2.0)}, (60, 80)),
        ({'img_scale': (81, 81), 'ratio_range': (0.5, 0.5), 'keep_ratio': False}, (40, 40)),
    ],
)
def test_size(arguments, shape):
    results = Resize(**arguments)(sample())
    assert results['img'].shape == results['img_shape'] == results['pad_shape'] == (*shape, 3)
    assert results['gt_semantic_seg'].shape == shape
    assert set(np.unique(results['gt_semantic_seg'])) <= {0, 1, 255}
    np.testing.assert_array_equal(results['scale_factor'], np.float32([shape[1] / 40, shape[0] / 30] * 2))


def test_several_scales():
    scales = [(40, 30), (80, 60)]
    sizes = {Resize(scales, 'value')(sample())['img_shape'][:2] for _ in range(50)}
    assert sizes == {(30, 40), (60, 80)}
    sizes = {Resize(scales, 'range', keep_ratio=False)(sample())['img_shape'][:2] for _ in range(200)}
    assert len(sizes) > 20
    assert {min(heights) for heights in zip(*sizes)} == {30, 40}
    assert all(30 <= height <= 60 and 40 <= width <= 80 for height, width in sizes)


def test_a_given_scale_wins_and_draws_nothing():
    results = sample() | {'scale': (80, 60)}
    np.random.seed(3)
    assert Resize((7, 7), ratio_range=(0.5, 2))(results)['img_shape'] == (60, 80, 3)
    following = np.random.rand()
    np.random.seed(3)
    assert np.random.rand() == following


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'img_scale': 512}, 'two numbers'),
        ({'img_scale': (1, 2, 3)}, 'two numbers'),
        ({'img_scale': [(1, 2), 3]}, 'two numbers'),
        ({'img_scale': (8, 9), 'multiscale_mode': 'both'}, 'multiscale_mode'),
        ({'img_scale': [(8, 9), (9, 9)], 'ratio_range': (0.5, 2)}, 'ratio_range takes one img_scale'),
        ({'ratio_range': (2, 1)}, 'smallest, largest'),
    ],
)
def test_arguments(arguments, message):
    with pytest.raises(ValueError, match=f'^Resize: [^\n]*{message}'):
        Resize(**arguments)


def test_no_scale_at_all():
    with pytest.raises(ValueError, match='give img_scale or ratio_range'):
        Resize()(sample())


def test_resize_to_multiple():
    results = ResizeToMultiple(16)(sample(channels=6))
    assert results['img'].shape == results['img_shape'] == results['pad_shape'] == (32, 48, 6)
    assert results['gt_semantic_seg'].shape == (32, 48)
    with pytest.raises(ValueError, match='size_divisor must be a positive number'):
        ResizeToMultiple(0)


def test_seg_rescale_leaves_the_image():
    results = SegRescale(0.5)(sample())
    assert results['img'].shape == (30, 40, 3)
    assert results['gt_semantic_seg'].shape == (15, 20)
    with pytest.raises(ValueError, match='scale_factor'):
        SegRescale(-1)


class OwnSteps(Resize):
    def _random_scale(self, results):
        results['scale'], results['scale_idx'] = (12, 14), None

    def _resize_img(self, results):
        super()._resize_img(results)
        results['img_at'] = results['img_shape']

    def _resize_seg(self, results):
        super()._resize_seg(results)
        results['label_at'] = results['gt_semantic_seg'].shape


def test_steps_of_projects():
    results = Compose([OwnSteps((30, 30), keep_ratio=False)])(sample())
    assert (results['img_at'], results['label_at']) == ((14, 12, 3), (14, 12))
    results = OwnSteps((7, 7))(sample())
    assert (results['img_at'], results['label_at']) == ((11, 14, 3), (11, 14))


def test_draws_of_projects():
    scales = [(40, 30), (80, 60)]
    assert {Resize.random_select(scales) for _ in range(30)} == {((40, 30), 0), ((80, 60), 1)}
    (long_edge, short_edge), index = Resize.random_sample(scales)
    assert index is None
    assert 40 <= long_edge <= 80
    assert 30 <= short_edge <= 60
    assert Resize.random_sample_ratio((41, 30), (0.5, 0.5)) == ((20, 15), None)
