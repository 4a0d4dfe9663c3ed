"""Layers and rates by the names that the backbones of mmsegmentation 0.30 give their parameters."""

import math

import pytest
import torch
from torch import nn

from mmcv.runner import build_optimizer


class Backbone(nn.Module):
    """Parameters by name; of the class name that the rules look at."""

    def __init__(self, names):
        super().__init__()
        for name in names:
            *path, last = name.split('.')
            module = self
            for part in path:
                if part not in module._modules:
                    module.add_module(part, nn.Module())
                module = getattr(module, part)
            module.register_parameter(last, nn.Parameter(torch.ones((2, 2) if last == 'weight' else 2)))


def rates(kind, names, constructor='LearningRateDecayOptimizerConstructor', **paramwise_cfg):
    """{name: (exponent of the decay, weight decay)}."""
    model = nn.Module()
    model.backbone = type(kind, (Backbone,), {})(names)
    model.head = nn.Linear(2, 2)
    optimizer = build_optimizer(model, dict(
        type='AdamW', lr=1.0, weight_decay=0.1, constructor=constructor, paramwise_cfg=paramwise_cfg))
    by_id = {id(parameter): name for name, parameter in model.named_parameters()}
    return {by_id[id(parameter)].removeprefix('backbone.'): (-int(math.log2(group['lr'])), group['weight_decay'])
            for group in optimizer.param_groups for parameter in group['params']}


VIT = ['cls_token', 'patch_embed.projection.weight', 'layers.0.ffn.weight', 'layers.0.ffn.bias', 'layers.11.ffn.weight']
CONVNEXT = [f'downsample_layers.{i}.0.weight' for i in range(4)] + [
    f'stages.{stage}.{block}.depthwise_conv.weight' for stage, block in ((0, 0), (1, 2), (2, 0), (2, 8), (3, 1))]
RESNET = ['stem.0.weight', 'layer1.0.conv1.weight', 'layer4.2.conv3.weight']


@pytest.mark.parametrize('kind', ['BEiT', 'MAE', 'VisionTransformer'])
def test_vision_transformers(kind):
    assert rates(kind, VIT, num_layers=12, decay_rate=0.5) == {
        'cls_token': (13, 0.0), 'patch_embed.projection.weight': (13, 0.1), 'layers.0.ffn.weight': (12, 0.1),
        'layers.0.ffn.bias': (12, 0.0), 'layers.11.ffn.weight': (1, 0.1),
        'head.weight': (0, 0.1), 'head.bias': (0, 0.0)}


def test_convnext_by_layers():
    convnext = rates('ConvNeXt', CONVNEXT, num_layers=12, decay_rate=0.5)
    layers = [0, 2, 3, 12, 1, 2, 3, 5, 12, 13, 13]
    assert [convnext[name][0] for name in [*CONVNEXT, 'head.weight', 'head.bias']] == [13 - layer for layer in layers]


def test_by_stages():
    convnext = rates('ConvNeXt', CONVNEXT, num_layers=4, decay_rate=0.5, decay_type='stage_wise')
    assert [convnext[name][0] for name in [*CONVNEXT, 'head.weight']] == [5, 5, 5, 5, 4, 3, 2, 2, 1, 0]
    resnet = rates('ResNetV1c', RESNET, num_layers=4, decay_rate=0.5, decay_type='stage_wise')
    assert [resnet[name][0] for name in [*RESNET, 'head.weight']] == [5, 4, 1, 0]


def test_the_older_name():
    with pytest.warns(UserWarning, match='deprecated'):
        old = rates('BEiT', VIT, 'LayerDecayOptimizerConstructor', num_layers=12, layer_decay_rate=0.5)
    assert old == rates('BEiT', VIT, num_layers=12, decay_rate=0.5)


@pytest.mark.parametrize(('kind', 'config', 'message'), [
    ('UNet', {'decay_rate': 0.5}, 'layer-wise decay for UNet'),
    ('BEiT', {'decay_rate': 0.5, 'decay_type': 'stage_wise'}, 'stage-wise decay for BEiT'),
    ('BEiT', {'decay_type': 'layer_wise'}, 'needs decay_rate'),
    ('BEiT', {'decay_rate': 0.5, 'norm_decay_mult': 0}, 'norm_decay_mult'),
])
def test_mistakes(kind, config, message):
    with pytest.raises(ValueError, match=message):
        rates(kind, VIT[:1], num_layers=12, **config)
