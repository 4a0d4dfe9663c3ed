"""A sample that cannot be made: its file, and the transform's number and name, wherever the transform stands."""

import re

import cv2
import numpy as np
import pytest

from mmseg.datasets import PIPELINES, CustomDataset, MultiImageMixDataset, RepeatDataset
from mmseg.datasets.seeded import SeededDataset

LOAD = [dict(type='LoadImageFromFile'), dict(type='LoadAnnotations')]
NORMALIZE = dict(type='Normalize', mean=[0] * 3, std=[1] * 3)
USUAL = [
    dict(type='Resize', img_scale=(12, 8), ratio_range=(0.5, 2)), dict(type='RandomCrop', crop_size=(4, 4)),
    dict(type='RandomFlip', prob=0.5), dict(type='PhotoMetricDistortion'), NORMALIZE, dict(type='Pad', size=(6, 6)),
    dict(type='DefaultFormatBundle'), dict(type='Collect', keys=['img', 'gt_semantic_seg'])]
TESTED = [dict(type='Resize'), dict(type='RandomFlip'), NORMALIZE, dict(type='ImageToTensor', keys=['img'])]
MOSAIC = dict(type='RandomMosaic', prob=1.0, img_scale=(8, 8))


@PIPELINES.register_module(force=True)
class Raises:
    """Fails for some files."""

    def __init__(self, at='png'):
        self.at = at

    def __call__(self, results):
        if self.at in results['filename']:
            raise KeyError('depth')
        return results


def raises(results):
    raise RuntimeError('of a function')


@pytest.fixture
def dataset(tmp_path):
    """``dataset(pipeline, ...)``: of four images."""
    for folder in ('img', 'ann'):
        (tmp_path / folder).mkdir()
    for i in range(4):
        cv2.imwrite(str(tmp_path / f'img/{i}.png'), np.full((8, 12, 3), i, np.uint8))
        cv2.imwrite(str(tmp_path / f'ann/{i}.png'), np.full((8, 12), i % 2, np.uint8))

    def make(pipeline, **options):
        return CustomDataset(pipeline, 'img', '.png', 'ann', data_root=str(tmp_path), classes=['a', 'b'], **options)

    return make


def message(dataset, index=1):
    return SeededDataset(dataset, seed=0)[index].message


OWN = r"KeyError: 'depth' \(.*test_failures\.py:\d+: raise KeyError\('depth'\)\)"
TWO = r'imnormalize: 2 means and 2 stds for an image of 3 channels'


@pytest.mark.parametrize('fuse', [True, False])
@pytest.mark.parametrize(('transforms', 'told'), [
    ([*LOAD, Raises(), *USUAL], rf'transform 2 \(Raises\): {OWN}'),
    ([*LOAD, *USUAL[:3], raises, *USUAL[3:]], r'transform 5 \(raises\): RuntimeError: of a function \(.*\)'),
    ([*LOAD, *USUAL[:4], dict(NORMALIZE, mean=[0, 0], std=[1, 1]), *USUAL[5:]], rf'transform 6 \(Normalize\): {TWO}'),
    ([*LOAD, *USUAL[:5], dict(type='Pad', size=(20, 20), pad_val=[1, 2]), *USUAL[6:]],
     r'transform 7 \(Pad\): pad_val=\[1, 2\] has 2 values, .*'),
    ([*LOAD, *USUAL[:7], dict(type='Collect', keys=['depth'])], r'transform 9 \(Collect\): .*depth'),
])
def test_transforms_of_a_pipeline(dataset, fuse, transforms, told):
    for one in (dataset(transforms, fuse=fuse), RepeatDataset(dataset(transforms, fuse=fuse), 2)):
        assert re.fullmatch(rf'\S*img/1\.png: {told}', message(one))


@pytest.mark.parametrize('fuse', [True, False])
@pytest.mark.parametrize(('transforms', 'told'), [
    ([*TESTED[:2], Raises(), *TESTED[2:]], rf'transform 2 \(Raises\): {OWN}'),
    ([*TESTED[:2], dict(NORMALIZE, mean=[0, 0], std=[1, 1]), TESTED[3]], rf'transform 2 \(Normalize\): {TWO}')])
def test_transforms_within_those_of_test_time(dataset, fuse, transforms, told):
    several = dict(type='MultiScaleFlipAug', img_scale=(12, 8), flip=True, fuse=fuse, transforms=transforms)
    failing = dataset([LOAD[0], several], fuse=fuse, test_mode=True)
    assert re.fullmatch(rf'\S*img/1\.png: transform 1 \(MultiScaleFlipAug\), {told}', message(failing))


def test_transforms_of_several_samples(dataset):
    outer = MultiImageMixDataset(dataset(LOAD), [MOSAIC, dict(type='Raises'), *USUAL])
    assert re.fullmatch(rf'\S*img/1\.png: transform 1 \(Raises\) of MultiImageMixDataset: {OWN}', message(outer))
    inner = MultiImageMixDataset(dataset([*LOAD, Raises()]), [MOSAIC, *USUAL])
    assert re.fullmatch(rf'\S*img/1\.png: transform 2 \(Raises\): {OWN}', message(inner))


def test_the_file_is_that_of_the_sample_which_failed_among_several(dataset):
    mixed = MultiImageMixDataset(dataset([*LOAD, Raises('3.png')]), [MOSAIC, *USUAL])
    messages = [getattr(SeededDataset(mixed, seed=seed)[0], 'message', '') for seed in range(6)]
    assert any(messages)
    assert all(re.fullmatch(r'(\S*img/3\.png: transform 0 \(RandomMosaic\) of MultiImageMixDataset, transform 2 .*|)',
                            text) for text in messages)
