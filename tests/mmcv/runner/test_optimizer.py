"""Parameter groups as mmcv 1.7.2 makes them, from the same rules written out by hand."""

import pytest
import torch
from torch import nn

from mmcv.parallel import MMDataParallel
from mmcv.runner import OPTIMIZERS, DefaultOptimizerConstructor, build_optimizer
from mmcv.runner.optimizer import TORCH_OPTIMIZERS


class DeformConv2d(nn.Conv2d):
    """By its name a deformable convolution, whose offsets come from a convolution of its own."""

    def __init__(self):
        super().__init__(4, 4, 1)
        self.conv_offset = nn.Conv2d(4, 2, 1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.stem = nn.Conv2d(3, 4, 1)
        self.depthwise = nn.Conv2d(4, 4, 1, groups=4)
        self.norm = nn.GroupNorm(2, 4)
        self.deform = DeformConv2d()
        self.frozen = nn.Linear(1, 1).requires_grad_(False)


def groups(**paramwise_cfg):
    """{name: (lr, weight_decay)} relative to the base values."""
    model = Model()
    optimizer = build_optimizer(model, dict(type='SGD', lr=2.0, weight_decay=4.0, paramwise_cfg=paramwise_cfg))
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(group['params'][0])]: (group['lr'] / 2, group['weight_decay'] / 4)
            for group in optimizer.param_groups}


def expect(**changed):
    values = dict.fromkeys((name for name, _ in Model().named_parameters()), (1, 1))
    return values | {name.replace('__', '.'): value for name, value in changed.items()}


@pytest.mark.parametrize(('config', 'changed'), [
    ({'bias_lr_mult': 3}, {'stem__bias': (3, 1), 'depthwise__bias': (3, 1), 'deform__bias': (3, 1)}),
    ({'bias_decay_mult': 3}, {'stem__bias': (1, 3), 'deform__bias': (1, 3)}),
    ({'norm_decay_mult': 0}, {'norm__weight': (1, 0), 'norm__bias': (1, 0)}),
    ({'dwconv_decay_mult': 0}, {'depthwise__weight': (1, 0), 'depthwise__bias': (1, 0)}),
    ({'dcn_offset_lr_mult': 0.5}, {'deform__conv_offset__weight': (0.5, 1), 'deform__conv_offset__bias': (0.5, 1)}),
    ({'custom_keys': {'stem': {'lr_mult': 10}}}, {'stem__weight': (10, 1), 'stem__bias': (10, 1)}),
    ({'bias_lr_mult': 7, 'bias_decay_mult': 7,
      'custom_keys': {'stem': {'lr_mult': 10}, 'stem.bias': {'decay_mult': 0}}},
     {'stem__weight': (10, 1), 'stem__bias': (1, 0), 'depthwise__bias': (7, 1), 'deform__bias': (7, 7)}),
    ({'custom_keys': {'ste': {'lr_mult': 3}, 'tem': {'lr_mult': 2}}}, {'stem__weight': (3, 1), 'stem__bias': (3, 1)}),
    ({'custom_keys': {'.scale': {'lr_mult': 2}}}, {'scale': (2, 1)}),
])
def test_groups(config, changed):
    assert groups(**config) == expect(**changed)


def test_one_group_without_rules():
    model = MMDataParallel(Model())
    optimizer = build_optimizer(model, dict(type='AdamW', lr=0.1))
    assert len(optimizer.param_groups) == 1
    assert len(optimizer.param_groups[0]['params']) == len(list(model.parameters()))


def test_a_parameter_that_occurs_twice():
    model = Model()
    model.again = nn.Conv2d(3, 4, 1, bias=False)
    model.again.weight = model.stem.weight
    config = dict(type='SGD', lr=1.0, paramwise_cfg={'bias_lr_mult': 1.0, 'bypass_duplicate': True})
    with pytest.warns(UserWarning, match=r'again\.weight occurs twice'):
        optimizer = build_optimizer(model, config)
    assert len(optimizer.param_groups) == len(list(model.parameters()))


def test_every_optimizer_of_torch():
    assert {'SGD', 'Adam', 'AdamW', 'RMSprop', 'Adagrad', 'NAdam', 'LBFGS'} <= set(TORCH_OPTIMIZERS) <= set(OPTIMIZERS)
    for name in sorted(set(TORCH_OPTIMIZERS) - {'LBFGS', 'SparseAdam'}):
        model = nn.Linear(2, 2, bias=False)  # Muon takes matrices only
        optimizer = build_optimizer(model, dict(type=name, lr=0.01))
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()


@pytest.mark.parametrize(('config', 'message'), [
    (dict(type='SDG', lr=1), 'did you mean SGD'),
    (dict(type='SGD', lr=1, momentun=0.9), 'did you mean momentum'),
    (dict(type='SGD', lr=1, paramwise_cfg={'norm_decay_mul': 0}), 'norm_decay_mul: .*did you mean norm_decay_mult'),
    (dict(type='SGD', lr=1, paramwise_cfg={'norm_decay_mult': 0}), 'no optimizer.weight_decay'),
    (dict(type='SGD', lr=1, paramwise_cfg={'custom_keys': {'a': {'decay_mult': 0}}}), 'custom_keys.a.decay_mult'),
    (dict(type='SGD', lr=1, constructor='Own'), 'Own is not in the optimizer constructor registry'),
])
def test_mistakes_are_one_line(config, message):
    with pytest.raises(ValueError, match=message) as error:
        build_optimizer(Model(), config)
    assert '\n' not in str(error.value)


def test_a_constructor_of_a_project_has_factors_of_its_own():
    class ByDepth(DefaultOptimizerConstructor):
        def add_params(self, params, module, prefix='', is_dcn_module=None):
            for parameter in module.parameters():
                group = {'params': [parameter], 'lr': self.base_lr * self.paramwise_cfg['layer_decay_rate']}
                assert not self._is_in(group, params)
                params.append(group)
                assert self._is_in(group, params)

    optimizer = ByDepth(dict(type='SGD', lr=1.0), dict(num_layers=2, layer_decay_rate=0.5))(Model())
    assert {group['lr'] for group in optimizer.param_groups} == {0.5}
