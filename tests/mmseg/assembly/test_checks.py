"""Images of different sizes that are to be predicted together, and problems of joined data sets."""

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader

from mmcv.config import Config
from mmcv.utils import ConfigErrors
from mmseg.assembly.checks import _as_configured, _mixed_batches, report
from mmseg.assembly.facts import facts_of, image_sizes
from mmseg.checks import Problem
from mmseg.datasets import ConcatDataset, CustomDataset, RepeatDataset
from mmseg.settings import Settings


@pytest.fixture
def dataset(tmp_path):
    for name, size in (('a', (8, 6)), ('b', (8, 6)), ('c', (10, 6))):
        Image.fromarray(np.zeros((*size, 3), np.uint8)).save(tmp_path / f'{name}.png')
    pipeline = [{'type': 'LoadImageFromFile'}, {'type': 'ImageToTensor', 'keys': ['img']}]
    return CustomDataset(pipeline, str(tmp_path), '.png', test_mode=True, classes=['x', 'y'])


def test_facts(dataset):
    facts = facts_of(dataset)
    assert (facts.channels, facts.image_size, facts.num_classes) == (3, (8, 6), 2)
    assert facts.sizes == ((8, 10), (6, 6))
    assert sorted(image_sizes(dataset).values()) == [(8, 6), (8, 6), (10, 6)]


class Opens:
    """Opens its file at the first sample, as those do that keep all samples in one."""

    file = None

    def __len__(self):
        return 2

    def __getitem__(self, idx):
        self.file = 'open'
        return {'img': np.zeros((3, 4, 5))}


class Held(Opens):
    def __init__(self, **held):
        vars(self).update(held)

    def __getitem__(self, idx):
        first = next(iter(vars(self).values()))
        first = first[next(iter(first))] if isinstance(first, dict) else first[0] if isinstance(first, list) else first
        return first[idx]


@pytest.mark.parametrize('wrap', [
    lambda inner: inner, lambda inner: Held(dataset=inner), lambda inner: ConcatDataset([inner, inner]),
    lambda inner: RepeatDataset(Held(datasets=[inner]), 2), lambda inner: Held(source=Held(night={'a': inner})),
])
def test_what_a_data_set_opens_is_not_shared_with_the_workers(wrap):
    """The handle of a file that is open before the workers are forked moves in all of them at once."""
    inner = Opens()
    inner.CLASSES = ('a', 'b')
    assert facts_of(wrap(inner)).channels == 3
    assert inner.file is None


@pytest.mark.parametrize(('size', 'orientation', 'color_type', 'told'), [
    ((8, 6), 3, 'color', True), ((8, 6), 2, 'grayscale', True), ((6, 6), 6, 'color', True), ((8, 6), 6, 'color', False),
    ((6, 6), 1, 'color', False), ((6, 6), 8, 'color_ignore_orientation', False), ((8, 6), 4, 'unchanged', False)])
def test_photographs_that_are_turned_without_a_change_of_their_size(tmp_path, size, orientation, color_type, told):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.zeros((*size, 3), np.uint8)).save(tmp_path / 'a.jpg', exif=exif)
    dataset = CustomDataset([{'type': 'LoadImageFromFile', 'color_type': color_type}], str(tmp_path), classes=['x'])
    problems = dataset.check(facts_of(dataset))
    assert [problem.key for problem in problems] == ['pipeline[0].color_type'] * told
    for problem in problems:
        assert problem.warning
        assert f'EXIF says ({tmp_path}/a.jpg: orientation {orientation})' in problem.message
        assert f"'{color_type}_ignore_orientation'" in problem.mend


@pytest.mark.parametrize(('batch', 'count'), [(1, 0), (2, 1)])
def test_batches_of_different_sizes(dataset, batch, count):
    problems = list(_mixed_batches(DataLoader(dataset, batch_size=batch)))
    assert [problem.key for problem in problems] == ['data.val_dataloader.samples_per_gpu'] * count
    assert all('8x6' in problem.message and '10x6' in problem.message for problem in problems)


@pytest.mark.parametrize(('train', 'key'), [
    ([{}, {}], 'data.train[1].pipeline[0].size'), ({'img_dir': ['a', 'b']}, 'data.train.pipeline[0].size'),
    ({'datasets': [{}, {}]}, 'data.train.datasets[1].pipeline[0].size'),
])
def test_keys_of_joined_data_sets_are_those_of_the_config(train, key):
    settings = Settings.of(Config({'data': {'train': train}}))
    problem = Problem('data.train.datasets[1].pipeline[0].size', 'is wrong', 'mend it')
    assert _as_configured(settings, problem).key == key
    with pytest.raises(ConfigErrors, match=r'config: data\.train'):
        report(settings, [problem, problem])
