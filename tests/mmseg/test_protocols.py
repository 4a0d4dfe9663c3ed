"""Protocols: what is told from what, and what is said of a thing that lacks something."""

import pytest

from mmcv.utils import ConfigError
from mmseg import protocols
from mmseg.protocols import (
    CountingDataset,
    EvaluatedDataset,
    EvaluatorLike,
    LabelledDataset,
    Loader,
    Samples,
    lacking,
    require,
)


class Plain:
    def __init__(self, size=3, name='p'):
        self.size, self.name = size, name

    def __len__(self):
        return self.size

    def __getitem__(self, idx):
        return idx


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
    require(Plain(), Samples, 'evaluation')
    with pytest.raises(ConfigError) as caught:
        require(Plain(), CountingDataset, 'evaluation')
    assert '\n' not in str(caught.value)
    assert str(caught.value).startswith('evaluation: Plain lacks evaluate, new_evaluator: ')


def test_what_would_do_instead_is_named_too():
    with pytest.raises(ConfigError, match=r'Plain lacks evaluate, or CLASSES, eval_label, ignore_index: '
                                          'see EvaluatedDataset and LabelledDataset'):
        require(Plain(), EvaluatedDataset, 'evaluation', instead=LabelledDataset)
    require(Plain(), Samples, 'evaluation', instead=LabelledDataset)
