import numpy as np
import pytest

from mmseg.datasets.pipelines import Pad, RandomFlip, RandomRotate


def sample(channels=3):
    img = np.random.randint(0, 256, (30, 40, channels), dtype=np.uint8)
    label = np.random.randint(0, 5, (30, 40), dtype=np.uint8)
    return {'img': img, 'gt_semantic_seg': label, 'seg_fields': ['gt_semantic_seg']}


@pytest.mark.parametrize(('direction', 'axis'), [('horizontal', 1), ('vertical', 0)])
def test_flip(direction, axis):
    before = sample(channels=5)
    results = RandomFlip(prob=1.0, direction=direction)(dict(before))
    assert results['flip'] is True
    assert results['flip_direction'] == direction
    np.testing.assert_array_equal(results['img'], np.flip(before['img'], axis))
    np.testing.assert_array_equal(results['gt_semantic_seg'], np.flip(before['gt_semantic_seg'], axis))


def test_flip_probability():
    flips = sum(RandomFlip(0.3)(sample())['flip'] for _ in range(300))
    assert 60 < flips < 120
    results = RandomFlip(0.0)(sample())
    assert (results['flip'], results['flip_direction']) == (False, 'horizontal')


def test_flip_as_told():
    before = sample()
    results = RandomFlip()(before | {'flip': True, 'flip_direction': 'vertical'})
    np.testing.assert_array_equal(results['img'], before['img'][::-1])
    with pytest.raises(ValueError, match='RandomFlip: give prob'):
        RandomFlip()(sample())


def test_the_old_name_of_prob():
    with pytest.warns(DeprecationWarning, match='flip_ratio is now called prob'):
        assert RandomFlip(flip_ratio=0.5).prob == 0.5


@pytest.mark.parametrize('arguments', [{'prob': 1.5}, {'prob': -1}, {'prob': 'often'}, {'direction': 'diagonal'}])
def test_flip_arguments(arguments):
    with pytest.raises(ValueError, match='^RandomFlip: (prob|direction) must'):
        RandomFlip(**arguments)


@pytest.mark.parametrize('channels', [1, 3, 8])
def test_pad_fills_every_channel(channels):
    before = sample(channels)
    results = Pad(size=[32, 50], pad_val=9, seg_pad_val=254)(dict(before))
    assert results['img'].shape == results['pad_shape'] == (32, 50, channels)
    np.testing.assert_array_equal(results['img'][:30, :40], before['img'])
    assert (results['img'][30:] == 9).all()
    assert (results['img'][:, 40:] == 9).all()
    assert (results['gt_semantic_seg'][30:] == 254).all()
    assert (results['pad_fixed_size'], results['pad_size_divisor']) == ([32, 50], None)


def test_pad_to_multiples_and_not_at_all():
    assert Pad(size_divisor=32)(sample())['pad_shape'] == (32, 64, 3)
    assert Pad(size_divisor=10)(sample())['pad_shape'] == (30, 40, 3)
    assert Pad(size=(10, 45))(sample())['pad_shape'] == (30, 45, 3)


@pytest.mark.parametrize('arguments', [{}, {'size': (9, 9), 'size_divisor': 3}, {'size': 9}, {'size_divisor': 0}])
def test_pad_arguments(arguments):
    with pytest.raises(ValueError, match='^Pad: '):
        Pad(**arguments)


def test_rotate_draws_the_same_whether_it_rotates_or_not():
    following = []
    for prob in (0.0, 1.0):
        np.random.seed(5)
        before = sample()
        results = RandomRotate(prob, (10, 20))(dict(before))
        assert np.array_equal(results['img'], before['img']) == (prob == 0)
        following.append(np.random.rand())
    assert following[0] == following[1]


@pytest.mark.parametrize('channels', [3, 6])
def test_rotate_fills_every_channel(channels):
    results = RandomRotate(1.0, (40, 50), pad_val=7, seg_pad_val=200)(sample(channels))
    assert (results['img'][0, 0] == 7).all()
    assert results['gt_semantic_seg'][0, 0] == 200
    assert set(np.unique(results['gt_semantic_seg'])) <= {0, 1, 2, 3, 4, 200}


def test_rotate_auto_bound():
    assert RandomRotate(1.0, (90, 90), auto_bound=True)(sample())['img'].shape == (40, 30, 3)


@pytest.mark.parametrize(
    'arguments',
    [
        {'prob': 2, 'degree': 9},
        {'prob': 1, 'degree': -9},
        {'prob': 1, 'degree': (1, 2, 3)},
        {'prob': 1, 'degree': 9, 'center': (1, 1), 'auto_bound': True},
    ],
)
def test_rotate_arguments(arguments):
    with pytest.raises(ValueError, match='^RandomRotate: '):
        RandomRotate(**arguments)


class OwnPad(Pad):
    def _pad_img(self, results):
        super()._pad_img(results)
        results['img'] = results['img'] + 1

    def _pad_seg(self, results):
        super()._pad_seg(results)
        results['label_at'] = results['gt_semantic_seg'].shape


def test_pad_with_steps_of_projects():
    results = sample()
    plain, own = Pad((40, 50), pad_val=3)({**results}), OwnPad((40, 50), pad_val=3)(results)
    np.testing.assert_array_equal(own['img'], plain['img'] + 1)
    assert own['label_at'] == own['pad_shape'][:2] == (40, 50)
