"""Questions to data sets: the same answers whatever they are wrapped in."""

import numpy as np
import pytest
from torch.utils.data import ConcatDataset, Subset

from mmcv.utils import ConfigError
from mmseg.protocols import GivesLabels
from mmseg.samples import (
    class_names,
    describe_labels,
    ignored_label,
    inner_datasets,
    locate,
    offering,
    palette,
    require_labels,
    sample_files,
    spread,
)


class Plain:
    def __init__(self, size=3, name='p'):
        self.size, self.name = size, name

    def __len__(self):
        return self.size

    def __getitem__(self, idx):
        return idx


class Files(Plain):
    CLASSES, PALETTE, ignore_index = ('a', 'b'), [[0, 0, 0], [1, 1, 1]], 7

    def sample_files(self, idx):
        return {'img': f'{self.name}{idx}.png', 'label': f'{self.name}{idx}_l.png'}

    def eval_label(self, index):
        return np.zeros((2, 2), int)


class Around(Plain):
    def __init__(self, dataset, size=None):
        super().__init__(len(dataset) if size is None else size)
        self.dataset = dataset


class OwnName(Plain):
    def __init__(self, first, second):
        super().__init__(len(first) + len(second))
        self.first, self.second = first, second

    def inner_datasets(self):
        return [self.first, self.second]


class Undeclared(Files):
    def __init__(self, source, target):
        super().__init__(len(source))
        self.source, self.others, self.names, self.pixels = source, {'target': target}, ['ab', 'cd'], np.zeros((2, 2))


class Backwards(Around):
    def locate(self, idx):
        return self.dataset, len(self) - 1 - idx


def test_inner_datasets():
    leaf = Files()
    assert inner_datasets(leaf) == []
    assert inner_datasets(Around(leaf)) == [leaf]
    assert inner_datasets(ConcatDataset([leaf, Plain()]))[0] is leaf
    assert inner_datasets(OwnName(leaf, leaf)) == [leaf, leaf]
    other = Files()
    assert inner_datasets(Undeclared(leaf, other)) == [leaf, other]
    assert inner_datasets(Undeclared(Plain(), other)) == [other]


@pytest.mark.parametrize('held', ['cityscapes', None, {'type': 'X'}])
def test_an_attribute_of_that_name_which_is_no_data_set(held):
    plain = Plain()
    plain.dataset = held
    assert inner_datasets(plain) == []


def test_offering_stops_at_the_first_that_can():
    a, b = Files(), Files()
    assert list(offering(Around(OwnName(a, Around(b))), GivesLabels)) == [a, b]
    assert list(offering(Around(Plain()), GivesLabels)) == []
    outer = Files()
    outer.dataset = a
    assert list(offering(outer, GivesLabels)) == [outer]


@pytest.mark.parametrize(('dataset', 'index', 'file'), [
    (Files(name='x'), 1, 'x1.png'),
    (Around(Files(name='x')), 2, 'x2.png'),
    (Around(Files(name='x'), size=9), 7, 'x1.png'),
    (Around(Around(Files(name='x'))), -1, 'x2.png'),
    (OwnName(Files(name='x'), Files(name='y')), 4, 'y1.png'),
    (ConcatDataset([Files(name='x'), Around(Files(name='y'))]), 3, 'y0.png'),
    (Backwards(Files(name='x')), 0, 'x2.png'),
    (Around(Undeclared(Files(name='x'), Files(name='y'))), 2, 'p2.png'),
    (Subset(Files(5, name='x'), [4, 2, 0, 1, 3]), 1, 'x2.png'),
    (Around(Files(name='x'), size=2), 1, 'sample 1'),
    (Plain(), 1, 'sample 1'),
])
def test_sample_files(dataset, index, file):
    assert sample_files(dataset, index)['img'] == file


def test_locate_does_not_guess():
    assert locate(Around(Files(), size=2), 0) is None
    assert locate(Plain(), 0) is None
    assert locate(Around(Files()), 3) is None
    assert locate(OwnName(Plain(0), Plain(0)), 0) is None


def test_classes_and_ignored_label_come_from_inside():
    assert class_names(Around(OwnName(Files(), Plain()))) == ('a', 'b')
    assert palette(Around(Files())) == [[0, 0, 0], [1, 1, 1]]
    assert class_names(Plain()) is None
    assert palette(Plain()) is None
    assert ignored_label(Around(Files())) == 7
    assert ignored_label(Plain()) == 255


class Talking(Files):
    def describe_labels(self):
        return f'labels of {self.name}'

    def require_labels(self):
        raise ConfigError(f'{self.name} has none')


def test_labels_are_described_and_required_at_any_depth():
    dataset = Around(OwnName(Talking(name='x'), Around(Talking(name='y'))))
    assert describe_labels(dataset, Plain()) == 'labels of x\nlabels of y'
    assert describe_labels(Plain()) == ''
    with pytest.raises(ConfigError, match='x has none'):
        require_labels(dataset)
    require_labels(Around(Plain()))


@pytest.mark.parametrize(('images', 'count', 'indices'), [
    (9, 3, [0, 4, 8]), (3, 8, [0, 1, 2]), (6, 4, [0, 2, 3, 5]), (5, 1, [0]), (5, 0, []), (0, 4, [])])
def test_some_images_from_all_over(images, count, indices):
    assert spread(images, count) == indices
