"""Protocols: what is told from what, and what is said of a thing that lacks something."""

import pytest
from torch import nn

from mmcv.utils import ConfigError
from mmseg import protocols
from mmseg.models import build_segmentor
from mmseg.protocols import (
    AuxiliaryHead,
    Backbone,
    CountingDataset,
    EvaluatedDataset,
    EvaluatorLike,
    Head,
    LabelledDataset,
    Loader,
    Samples,
    Segmentor,
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


@pytest.mark.parametrize('kind', ['EncoderDecoder', 'CascadeEncoderDecoder'])
def test_our_models_offer_all(kind):
    head = {'type': 'FCNHead', 'in_channels': 32, 'channels': 4, 'num_convs': 1, 'num_classes': 3}
    heads = {'decode_head': head} if kind == 'EncoderDecoder' else {'num_stages': 2, 'decode_head': [head, head]}
    model = build_segmentor({
        'type': kind, 'backbone': {'type': 'ResNet', 'depth': 18, 'base_channels': 4, 'stem_channels': 4}, **heads})
    assert lacking(model, Segmentor) == lacking(model.backbone, Backbone) == []
    for one in model.decode_head if kind != 'EncoderDecoder' else [model.decode_head]:
        assert lacking(one, Head) == lacking(one, AuxiliaryHead) == []


def test_a_module_without_a_forward_is_no_backbone():
    assert lacking(nn.Module(), Backbone) == ['forward']
    assert lacking(nn.ReLU(), Backbone) == []


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
