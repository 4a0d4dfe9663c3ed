from collections import OrderedDict

import pytest
import torch
from torch import nn

from mmcv.checkpoint import (
    CheckpointError,
    get_state_dict,
    get_weights,
    is_module_wrapper,
    load_state_dict,
    revise,
    weights_to_cpu,
)
from mmcv.checkpoint.weights import versions_of
from mmcv.parallel import MMDataParallel


def test_versions_of_modules_survive():
    state = nn.Sequential(OrderedDict(bn=nn.BatchNorm2d(2))).state_dict()
    assert weights_to_cpu(state)._metadata['bn'] == {'version': 2}
    assert revise(state, [('^bn', 'norm')])._metadata['norm'] == {'version': 2}
    assert versions_of({'a': torch.ones(1)}) == {}


def test_names_without_the_wrapper():
    model = nn.Linear(1, 1)
    assert list(get_state_dict(MMDataParallel(model))) == list(model.state_dict())


def test_keys_are_renamed_in_order():
    state = {'module.a.b': torch.ones(1), 'a.module.b': torch.ones(1)}
    assert list(revise(state, [(r'^module\.', ''), (r'^a\.', 'c.')])) == ['c.b', 'c.module.b']


@pytest.mark.parametrize('content', [None, 5, {'state_dict': {}}, {'meta': {'iter': 1}}])
def test_content_without_weights(content):
    with pytest.raises(CheckpointError, match='holds no state_dict'):
        get_weights(content)


def test_wrappers_inside_leave_no_trace():
    inner = nn.DataParallel(nn.DataParallel(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))))
    model = nn.Sequential()
    model.add_module('backbone', inner)
    model.add_module('module', nn.Linear(1, 1))  # only called so
    plain = get_state_dict(model)
    assert [key for key in plain if 'weight' in key] == ['backbone.0.weight', 'backbone.1.weight', 'module.weight']
    assert plain._metadata['backbone.1']['version'] == 2
    assert not any('backbone.module' in key for key in plain._metadata)
    other = nn.Sequential()
    other.add_module('backbone', nn.DataParallel(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))))
    other.add_module('module', nn.Linear(1, 1))
    load_state_dict(other, plain, strict=True)
    assert torch.equal(other.backbone.module[0].weight, model.backbone.module.module[0].weight)


def test_whatever_has_a_module_alone_is_a_wrapper():
    class Shell(nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

    class Net(Shell):
        def __init__(self, module):
            super().__init__(module)
            self.head = nn.Linear(1, 1)

    inner = nn.Linear(1, 1)
    assert is_module_wrapper(Shell(inner))
    assert not is_module_wrapper(Net(inner))
    assert not is_module_wrapper(inner)
    assert list(get_state_dict(Shell(inner))) == ['weight', 'bias']
    load_state_dict(Shell(inner), {'weight': torch.full((1, 1), 3.0), 'bias': torch.zeros(1)}, strict=True)
    assert inner.weight.item() == 3
    net = Net(Shell(inner))  # a layer inside that only looks like a wrapper keeps its keys
    assert 'module.module.weight' in get_state_dict(net)
