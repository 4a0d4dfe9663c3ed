"""Filling weights, by function and by config."""

import math

import pytest
import torch
from torch import nn

from mmcv.cnn import (
    BaseModule,
    ModuleDict,
    ModuleList,
    Sequential,
    XavierInit,
    bias_init_with_prob,
    caffe2_xavier_init,
    constant_init,
    initialize,
    kaiming_init,
    normal_init,
    trunc_normal_init,
    uniform_init,
    xavier_init,
)
from mmcv.cnn.weight_init import trunc_normal_


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.feat = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))
        self.reg = nn.Conv2d(3, 4, 3)
        self.cls = nn.Linear(4, 5)


def constant(val, **options):
    return {'type': 'Constant', 'val': val, **options}


def values(module):
    """The one value of each parameter."""
    return {name: value.unique().tolist() for name, value in module.named_parameters()}


def test_functions():
    layer = nn.Linear(500, 400)
    weight = layer.weight
    constant_init(layer, 3, bias=1)
    assert values(layer) == {'weight': [3], 'bias': [1]}
    normal_init(layer, mean=1, std=0.1, bias=2)
    assert (weight.mean().item(), weight.std().item()) == pytest.approx((1, 0.1), rel=0.01)
    uniform_init(layer, 2, 3)
    assert (weight.min().item(), weight.max().item()) == pytest.approx((2, 3), rel=1e-3)
    trunc_normal_init(layer, mean=0, std=1, a=-0.5, b=1)
    assert -0.5 <= weight.min() < -0.49
    assert 0.99 < weight.max() <= 1
    xavier_init(layer)
    assert weight.std().item() == pytest.approx(math.sqrt(2 / 900), rel=0.01)
    xavier_init(layer, distribution='uniform', gain=2)
    assert weight.max().item() == pytest.approx(2 * math.sqrt(6 / 900), rel=0.01)
    kaiming_init(layer)
    assert weight.std().item() == pytest.approx(math.sqrt(2 / 400), rel=0.01)
    kaiming_init(layer, mode='fan_in', distribution='uniform', a=1, nonlinearity='leaky_relu')
    assert weight.max().item() == pytest.approx(math.sqrt(3 / 500), rel=0.01)
    caffe2_xavier_init(layer)
    assert weight.max().item() == pytest.approx(math.sqrt(3 / 500), rel=0.01)
    assert (layer.bias == 0).all()
    constant_init(nn.ReLU(), 1)  # has nothing to fill
    with pytest.raises(ValueError, match="distribution is 'gamma'"):
        xavier_init(layer, distribution='gamma')
    assert torch.tensor(bias_init_with_prob(0.01)).sigmoid().item() == pytest.approx(0.01)


def test_layers_are_chosen_by_class_or_ancestor():
    net = Net()
    initialize(net, [constant(1, layer='_ConvNd', bias=2), constant(3, layer=['_BatchNorm', 'Linear'], bias_prob=0.5)])
    assert values(net) == {
        'feat.0.weight': [1], 'feat.0.bias': [2], 'feat.1.weight': [3], 'feat.1.bias': [0],
        'reg.weight': [1], 'reg.bias': [2], 'cls.weight': [3], 'cls.bias': [0],
    }  # fmt: skip


def test_override():
    net = Net()
    initialize(net, constant(1, bias=2, layer='Conv2d', override=[{'name': 'cls'}, {'name': 'feat', **constant(7)}]))
    assert values(net) == {
        'feat.0.weight': [7], 'feat.0.bias': [0], 'feat.1.weight': [7], 'feat.1.bias': [0],
        'reg.weight': [1], 'reg.bias': [2], 'cls.weight': [1], 'cls.bias': [2],
    }  # fmt: skip


@pytest.mark.parametrize(
    ('override', 'message'),
    [
        ({'type': 'Constant', 'val': 1}, 'needs a `name`'),
        ({'name': 'head'}, 'has no such attribute'),
        ({'name': 'cls', 'val': 1}, 'arguments but no `type`'),
    ],
)
def test_override_mistakes(override, message):
    with pytest.raises(ValueError, match=message):
        initialize(Net(), constant(1, layer='Conv2d', override=override))


@pytest.mark.parametrize('arguments', [dict(bias='1'), dict(bias_prob='0.1'), dict(layer=1)])
def test_arguments_of_another_kind(arguments):
    with pytest.raises(ValueError, match=f'init_cfg: {next(iter(arguments))} is'):
        XavierInit(**arguments)


@pytest.mark.parametrize('name', ['Xavier', 'Normal', 'TruncNormal', 'Uniform', 'Kaiming', 'Caffe2Xavier'])
def test_each_initializer_by_name(name):
    net = Net()
    before = net.cls.weight.clone()
    torch.manual_seed(0)
    initialize(net, {'type': name, 'layer': 'Linear', 'bias': 3})
    functions = {
        'Xavier': xavier_init, 'Normal': normal_init, 'TruncNormal': trunc_normal_init, 'Uniform': uniform_init,
        'Kaiming': kaiming_init, 'Caffe2Xavier': caffe2_xavier_init,
    }  # fmt: skip
    expected = nn.Linear(4, 5)
    torch.manual_seed(0)
    functions[name](expected, bias=3)
    assert torch.equal(net.cls.weight, expected.weight)
    assert not torch.equal(net.cls.weight, before)
    assert (net.cls.bias == 3).all()


def test_pretrained(tmp_path):
    source, target = Net(), Net()
    path = str(tmp_path / 'net.pth')
    torch.save({'state_dict': source.state_dict()}, path)
    initialize(target, {'type': 'Pretrained', 'checkpoint': path})
    assert torch.equal(target.cls.weight, source.cls.weight)
    part = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))
    initialize(part, {'type': 'Pretrained', 'checkpoint': path, 'prefix': 'feat.'})
    assert torch.equal(part[0].weight, source.feat[0].weight)


class Leaf(BaseModule):
    def __init__(self, init_cfg=None):
        super().__init__(init_cfg)
        self.layer = nn.Linear(2, 2)


def test_children_win():
    net = Sequential(Leaf(constant(2, layer='Linear')), Leaf(), init_cfg=constant(1, layer='Linear'))
    net.init_weights()
    assert values(net)['0.layer.weight'] == [2]
    assert values(net)['1.layer.weight'] == [1]
    assert net.is_init
    assert net[1].is_init
    with pytest.warns(UserWarning, match='more than once'):
        net.init_weights()
    assert 'init_cfg=' in repr(net)


def test_children_leave_pretrained_weights_alone(tmp_path):
    path = str(tmp_path / 'net.pth')
    net = ModuleList([Leaf(constant(2, layer='Linear'))], init_cfg={'type': 'Pretrained', 'checkpoint': path})
    state = {key: torch.full_like(value, 9) for key, value in net.state_dict().items()}
    torch.save(state, path)
    net.init_weights()
    assert values(net) == {'0.layer.weight': [9], '0.layer.bias': [9]}


def test_config_is_copied():
    cfg = constant(1, layer='Linear')
    net = ModuleDict({'leaf': Leaf()}, init_cfg=cfg)
    cfg['val'] = 5
    net.init_weights()
    assert values(net)['leaf.layer.weight'] == [1]


@pytest.mark.parametrize(('options', 'expected'), [
    (dict(std=0.02), [-0.00018766950233839452, 0.014660065993666649, -0.027003809809684753]),
    (dict(mean=0.25, std=1, a=-0.5, b=1), [0.2448696792125702, 0.6262890696525574, -0.34775418043136597]),
])
def test_a_seed_gives_the_truncated_normal_numbers_of_mmcv(options, expected):
    """The numbers are those of mmcv 1.7.2, whatever torch's own trunc_normal_ draws."""
    torch.manual_seed(0)
    assert trunc_normal_(torch.empty(5), **options)[:3].tolist() == pytest.approx(expected, rel=1e-6)
