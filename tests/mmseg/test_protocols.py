"""Protocols: what is told from what, and what is said of a thing that lacks something."""

import pytest
import torch
from torch.utils.data import ConcatDataset, Subset

from mmcv.utils import ConfigError
from mmseg import protocols
from mmseg.protocols import (
    CountingDataset,
    EvaluatorLike,
    GivesLabels,
    Loader,
    Samples,
    class_names,
    ignored_label,
    inner_datasets,
    lacking,
    locate,
    offering,
    require,
    sample_files,
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
        return torch.zeros(2, 2).numpy()


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


class Backwards(Around):
    def locate(self, idx):
        return self.dataset, len(self) - 1 - idx


KINDS = [kind for kind in vars(protocols).values()
         if isinstance(kind, type) and kind.__module__ == protocols.__name__]


@pytest.mark.parametrize('kind', KINDS, ids=lambda kind: kind.__name__)
def test_every_protocol_can_be_asked_for(kind):
    assert bool(lacking(object(), kind)) == (not isinstance(object(), kind))
    full = type('Full', (), dict.fromkeys(lacking(object(), kind), lambda self: None))()
    assert isinstance(full, kind)
    assert lacking(full, kind) == []


def test_lacking_names_what_is_not_there():
    assert lacking(Plain(), Samples) == []
    assert lacking(Plain(), CountingDataset) == ['evaluate', 'new_evaluator']
    assert lacking(object(), EvaluatorLike) == ['add', 'reduce']
    assert '__iter__' in lacking(object(), Loader)


def test_what_lacks_something_is_refused_in_one_line():
    require(Files(), GivesLabels, 'evaluation')
    with pytest.raises(ConfigError) as caught:
        require(Plain(), CountingDataset, 'evaluation')
    assert '\n' not in str(caught.value)
    assert str(caught.value).startswith('evaluation: Plain lacks evaluate, new_evaluator: ')


def test_inner_datasets():
    leaf = Files()
    assert inner_datasets(leaf) == []
    assert inner_datasets(Around(leaf)) == [leaf]
    assert inner_datasets(ConcatDataset([leaf, Plain()]))[0] is leaf
    assert inner_datasets(OwnName(leaf, leaf)) == [leaf, leaf]


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
    (Subset(Files(5, name='x'), [4, 2, 0, 1, 3]), 1, 'x2.png'),
    (Around(Files(name='x'), size=2), 1, 'sample 1'),
    (Plain(), 1, 'sample 1'),
])
def test_sample_files(dataset, index, file):
    assert sample_files(dataset, index)['img'] == file


def test_locate_does_not_guess():
    assert locate(Around(Files(), size=2), 0) is None
    assert locate(Plain(), 0) is None


def test_classes_and_ignored_label_come_from_inside():
    assert class_names(Around(OwnName(Files(), Plain()))) == ('a', 'b')
    assert class_names(Plain()) is None
    assert ignored_label(Around(Files())) == 7
    assert ignored_label(Plain()) == 255
