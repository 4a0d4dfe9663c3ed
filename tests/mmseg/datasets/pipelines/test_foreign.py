"""Transforms of albumentations and torchvision: image and label in step, reproducible, mistakes named."""

import importlib.util
import pickle
import random
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from mmcv.utils import ConfigError
from mmseg.checks import Facts
from mmseg.datasets.pipelines import Compose

KINDS = ('Albu', 'TorchvisionV2')
PACKAGES = {'Albu': 'albumentations', 'TorchvisionV2': 'torchvision'}
CROP = {'Albu': dict(type='RandomCrop', height=20, width=24), 'TorchvisionV2': dict(type='RandomCrop', size=(20, 24))}
FLIP = {'Albu': dict(type='HorizontalFlip', p=1), 'TorchvisionV2': dict(type='RandomHorizontalFlip', p=1)}
TURN = {'Albu': dict(type='Rotate', limit=(45, 45), p=1, border_mode=0),
        'TorchvisionV2': dict(type='RandomRotation', degrees=(45, 45))}


@pytest.fixture(params=KINDS)
def kind(request):
    if importlib.util.find_spec(PACKAGES[request.param]) is None:
        pytest.skip(f'needs {PACKAGES[request.param]}')
    return request.param


def sample(channels=3, dtype=np.uint8, **more):
    """An image whose first channel is its label, in blocks that no interpolation joins."""
    label = np.kron(np.random.RandomState(0).randint(0, 5, (4, 5)), np.ones((10, 10), int)).astype(dtype)
    img = np.random.RandomState(1).randint(0, 255, (40, 50, channels)).astype(np.uint8)
    img[..., 0] = label * 40
    return {'img': img, 'gt_semantic_seg': label, 'seg_fields': ['gt_semantic_seg'], **more}


def run(kind, *transforms, results=None, **options):
    seed(3)
    return Compose([dict(type=kind, transforms=list(transforms), **options)])(results or sample())


def seed(value):
    random.seed(value)
    np.random.seed(value)
    torch.manual_seed(value)


def test_image_and_label_stay_in_step(kind):
    done = run(kind, CROP[kind], FLIP[kind])
    assert done['img'].shape == done['img_shape'] == (20, 24, 3)
    assert (done['img'][..., 0] == done['gt_semantic_seg'] * 40).all()
    assert done['img'].dtype == done['gt_semantic_seg'].dtype == np.uint8
    assert done['moved']
    assert torch.from_numpy(done['img']).is_contiguous()


def test_the_same_seed_gives_the_same_and_another_one_another(kind):
    transform = Compose([dict(type=kind, transforms=[CROP[kind]])])
    found = []
    for value in (1, 1, 2, 3, 4):
        seed(value)
        found.append(transform(sample())['img'])
    assert (found[0] == found[1]).all()
    assert any((found[0] != other).any() for other in found[2:])


@pytest.mark.parametrize('ignored', [255, 7])
def test_what_comes_from_outside_is_ignored(kind, ignored):
    done = run(kind, TURN[kind], results=sample(ignore_index=ignored))
    assert done['gt_semantic_seg'][0, 0] == done['gt_semantic_seg'][-1, -1] == ignored
    assert (done['img'][0, 0] == 0).all()
    assert set(np.unique(done['gt_semantic_seg'])) <= {0, 1, 2, 3, 4, ignored}


def test_where_nothing_is_ignored_it_has_to_be_said(kind):
    with pytest.raises(ValueError, match='nothing is ignored'):
        run(kind, TURN[kind], results=sample(ignore_index=None))
    assert run(kind, FLIP[kind], results=sample(ignore_index=None))['img'].shape == (40, 50, 3)


def test_colours_are_handed_over_as_rgb(kind):
    grey = {'Albu': dict(type='ToGray', p=1), 'TorchvisionV2': dict(type='Grayscale', num_output_channels=3)}[kind]
    results = sample()
    results['img'][:] = 0, 0, 200  # red
    assert run(kind, grey, results=results)['img'][0, 0, 0] == pytest.approx(0.299 * 200, abs=1)
    results = sample()
    results['img'][:] = 0, 0, 200
    done = run(kind, grey, results=results, bgr_to_rgb=False)
    assert done['img'][0, 0, 0] == pytest.approx(0.114 * 200, abs=1)
    assert (done['gt_semantic_seg'] == sample()['gt_semantic_seg']).all()


@pytest.mark.parametrize('channels', [1, 4])
def test_other_numbers_of_channels(kind, channels):
    done = run(kind, CROP[kind], results=sample(channels))
    assert done['img'].shape == (20, 24, channels)
    assert (done['img'][..., 0] == done['gt_semantic_seg'] * 40).all()


@pytest.mark.parametrize('dtype', [np.int64, np.uint16, np.int32])
def test_labels_of_other_types(kind, dtype):
    results = sample(dtype=dtype)
    results['gt_semantic_seg'][:] += 300
    done = run(kind, FLIP[kind], results=results)
    assert done['gt_semantic_seg'].dtype == dtype
    assert (done['gt_semantic_seg'] == sample(dtype=dtype)['gt_semantic_seg'][:, ::-1] + 300).all()


def test_every_label_goes_along(kind):
    results = sample(seg_fields=['gt_semantic_seg', 'second'], second=np.arange(2000, dtype=np.uint16).reshape(40, 50))
    done = run(kind, FLIP[kind], results=results)
    assert (done['second'] == np.arange(2000).reshape(40, 50)[:, ::-1]).all()


def test_an_image_without_labels(kind):
    done = run(kind, FLIP[kind], results={'img': sample()['img']})
    assert (done['img'] == sample()['img'][:, ::-1]).all()


def test_transforms_within_transforms(kind):
    outer = {'Albu': dict(type='OneOf', transforms=[FLIP['Albu']], p=1),
             'TorchvisionV2': dict(type='RandomApply', transforms=[FLIP['TorchvisionV2']], p=1)}[kind]
    assert (run(kind, outer)['img'] == sample()['img'][:, ::-1]).all()


@pytest.mark.parametrize(('wrong', 'words'), [
    (dict(type='HorizontalFlop'), r'transforms\[1\]: there is no .HorizontalFlop. in .*did you mean'),
    (dict(p=1), r'transforms\[1\]: give a transform, dict\(type='),
    ('HorizontalFlip', r'transforms\[1\]: give a transform')])
def test_mistakes_are_named(kind, wrong, words):
    with pytest.raises(ConfigError, match=words):
        run(kind, FLIP[kind], wrong)


def test_arguments_that_there_are_not(kind):
    with pytest.raises(ConfigError, match=r'transforms\[0\]\.probability: \w+ of .* takes no such argument'):
        run(kind, {**FLIP[kind], 'probability': 1})


def test_values_that_are_refused(kind):
    wrong = {'Albu': dict(type='RandomCrop', height=-3, width=2),
             'TorchvisionV2': dict(type='GaussianBlur', kernel_size=2)}
    with pytest.raises(ConfigError, match=r'transforms\[0\]: \w+ of .* refuses it'):
        run(kind, wrong[kind])


def test_nobody_knows_the_sizes_after_it(kind):
    transform = Compose([dict(type=kind, transforms=[CROP[kind]])]).transforms[0]
    assert transform.sizes_after(((10, 20), (10, 20))) is None
    assert Compose([transform]).check(Facts()) == []


def test_it_goes_to_a_worker(kind):
    transform = pickle.loads(pickle.dumps(Compose([dict(type=kind, transforms=[FLIP[kind]])])))
    assert (transform(sample())['img'] == sample()['img'][:, ::-1]).all()


def test_keymap():
    pytest.importorskip('albumentations')
    options = dict(keymap={'img': 'image', 'mine': 'mask'}, update_pad_shape=True)
    results = sample(mine=sample()['gt_semantic_seg'].copy())
    done = run('Albu', FLIP['Albu'], results=results, **options)
    assert (done['mine'] == sample()['gt_semantic_seg'][:, ::-1]).all()
    assert (done['gt_semantic_seg'] == sample()['gt_semantic_seg']).all()  # it is not named
    assert done['pad_shape'] == (40, 50, 3)
    with pytest.raises(ValueError, match="keymap must make 'img' the 'image'"):
        run('Albu', keymap={'img': 'picture'})


def test_a_name_of_an_interpolation():
    pytest.importorskip('torchvision')
    done = run('TorchvisionV2', dict(type='Resize', size=(80, 100), interpolation='nearest'))
    assert (done['img'] == np.kron(sample()['img'], np.ones((2, 2, 1), np.uint8))).all()


@pytest.mark.parametrize('name', KINDS)
def test_what_is_not_installed_is_said(name, monkeypatch):
    monkeypatch.setitem(sys.modules, PACKAGES[name], None)
    if name == 'TorchvisionV2':
        monkeypatch.setitem(sys.modules, 'torchvision.transforms', None)
    with pytest.raises(ConfigError, match=f'{name} needs a package: pip install'):
        run(name)


def test_the_pipeline_of_the_documentation():
    for package in PACKAGES.values():
        pytest.importorskip(package)
    page = (Path(__file__).resolve().parents[4] / 'docs' / 'training.md').read_text()
    names = {}
    exec(next(block for block in re.findall(r'```python\n(.+?)```', page, re.S) if 'Albu' in block), names)
    seed(0)
    done = Compose(names['train_pipeline'][2:])(sample(img_fields=['img'], filename='a.png', ori_filename='a.png',
                                                       ori_shape=(40, 50, 3), pad_shape=(40, 50, 3), scale_factor=1.0,
                                                       flip=False, flip_direction='horizontal'))
    assert done['img'].shape == (3, 512, 512)
    assert done['gt_semantic_seg'].shape == (1, 512, 512)
