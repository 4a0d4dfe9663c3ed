import math

import pytest
import torch
from torch import nn

from mmcv.runner import build_optimizer
from mmcv.runner.layer_decay import LayeredBackbone


class Backbone(nn.Module):
    """A stem, three layers, and a norm that goes with the head."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(2, 2)
        self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
        self.norm = nn.LayerNorm(2)
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)

    def layer_of(self, name, num_layers, decay_type):
        assert num_layers == 3
        if decay_type != 'layer_wise':
            raise ValueError('it has layers only')
        kind, *rest = name.split('.')
        return {'stem': 0, 'norm': num_layers + 1}.get(kind) if kind != 'layers' else int(rest[0]) + 1


class UNet(nn.Module):
    """Does not know its layers."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)


def rates(backbone, constructor='LearningRateDecayOptimizerConstructor', **paramwise_cfg):
    """{name: (exponent of the decay, weight decay)}."""
    model = nn.Module()
    model.backbone = backbone
    model.head = nn.Linear(2, 2)
    optimizer = build_optimizer(model, dict(
        type='AdamW', lr=1.0, weight_decay=0.1, constructor=constructor, paramwise_cfg=paramwise_cfg))
    by_id = {id(parameter): name for name, parameter in model.named_parameters()}
    return {by_id[id(parameter)]: (-int(math.log2(group['lr'])), group['weight_decay'])
            for group in optimizer.param_groups for parameter in group['params']}


EXPECTED = {
    'backbone.stem.weight': (4, 0.1), 'backbone.stem.bias': (4, 0.0),
    **{f'backbone.layers.{i}.weight': (3 - i, 0.1) for i in range(3)},
    **{f'backbone.layers.{i}.bias': (3 - i, 0.0) for i in range(3)},
    'backbone.norm.weight': (0, 0.0), 'backbone.norm.bias': (0, 0.0), 'head.weight': (0, 0.1), 'head.bias': (0, 0.0)}


def test_the_backbone_says_the_layers():
    assert isinstance(Backbone(), LayeredBackbone)
    assert rates(Backbone(), num_layers=3, decay_rate=0.5) == EXPECTED


def test_the_older_name():
    with pytest.warns(UserWarning, match='deprecated'):
        old = rates(Backbone(), 'LayerDecayOptimizerConstructor', num_layers=3, layer_decay_rate=0.5)
    assert old == EXPECTED


@pytest.mark.parametrize(('backbone', 'config', 'message'), [
    (UNet, {'decay_rate': 0.5}, r'no layer-wise decay for UNet: it has no method layer_of\('),
    (Backbone, {'decay_rate': 0.5, 'decay_type': 'stage_wise'}, 'no stage-wise decay for Backbone: it has layers only'),
    (Backbone, {'decay_rate': 0.5, 'decay_type': 'layerwise'}, "'layerwise': use 'layer_wise' or 'stage_wise'"),
    (Backbone, {'decay_type': 'layer_wise'}, 'needs decay_rate'),
    (Backbone, {'decay_rate': 0.5, 'norm_decay_mult': 0}, 'norm_decay_mult'),
])
def test_mistakes(backbone, config, message):
    with pytest.raises(ValueError, match=message):
        rates(backbone(), num_layers=3, **config)
