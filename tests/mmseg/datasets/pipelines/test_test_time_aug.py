import numpy as np
import pytest

from mmseg.datasets.pipelines import MultiScaleFlipAug

TRANSFORMS = [{'type': 'Resize', 'keep_ratio': True}, {'type': 'RandomFlip'}]


def versions(img_scale, transforms=TRANSFORMS, **arguments):
    img = np.random.randint(0, 256, (30, 40, 3), dtype=np.uint8)
    results = MultiScaleFlipAug(transforms, img_scale, **arguments)({'img': img})
    return [(*img.shape[:2], *rest) for img, *rest in zip(results['img'], results['flip'], results['flip_direction'])]


def test_one_scale():
    assert versions((80, 60)) == versions([80, 60]) == [(60, 80, False, 'horizontal')]


def test_ratios_of_a_scale_and_of_the_image():
    assert [size[:2] for size in versions((80, 60), img_ratios=[0.5, 1.0])] == [(30, 40), (60, 80)]
    assert [size[:2] for size in versions(None, img_ratios=(0.5, 2.0))] == [(15, 20), (60, 80)]
    assert [size[:2] for size in versions(None, img_ratios=1.5)] == [(45, 60)]


def test_scales_flips_and_directions():
    assert versions([(80, 60), (40, 30)], flip=True, flip_direction=['horizontal', 'vertical']) == [
        (*size, flip, direction)
        for size in ((60, 80), (30, 40))
        for flip in (False, True)
        for direction in ('horizontal', 'vertical')
    ]


def test_versions_do_not_share_their_results():
    seen = []
    versions((80, 60), [*TRANSFORMS, lambda results: seen.append(id(results)) or results], flip=True)
    assert len(set(seen)) == 2


@pytest.mark.parametrize(
    'arguments',
    [
        {'img_scale': None},
        {'img_scale': (8, 8), 'img_ratios': [1, 2]},
        {'img_scale': 8},
        {'img_scale': (8, 8), 'flip': True, 'transforms': [{'type': 'Pad', 'size': (9, 9)}, *TRANSFORMS]},
    ],
)
def test_arguments(arguments):
    with pytest.raises(ValueError, match='^MultiScaleFlipAug: '):
        MultiScaleFlipAug(**{'transforms': TRANSFORMS} | arguments)


def test_warnings():
    with pytest.warns(UserWarning, match='does nothing without a RandomFlip'):
        MultiScaleFlipAug(TRANSFORMS[:1], (8, 8), flip=True)
    with pytest.warns(UserWarning, match='without img_ratios'):
        assert len(versions([(80, 60), (40, 30)], img_ratios=[0.5])) == 2
