"""Layers by the names that the backbones of mmsegmentation 0.30 give their parameters."""

import pytest

from mmcv.runner import build_optimizer
from mmcv.runner.layer_decay import LayeredBackbone
from mmseg.models import ResNetV1c, build_segmentor
from mmseg.models.backbones.layer_ids import layer_of_convnext, layer_of_resnet, layer_of_vit

CONVNEXT = [f'downsample_layers.{i}.0.weight' for i in range(4)] + [
    f'stages.{stage}.{block}.depthwise_conv.weight' for stage, block in ((0, 0), (1, 2), (2, 0), (2, 8), (3, 1))]


@pytest.mark.parametrize(('name', 'layer'), [
    ('cls_token', 0), ('mask_token', 0), ('pos_embed', 0), ('patch_embed.projection.weight', 0),
    ('layers.0.ffn.weight', 1), ('layers.11.ffn.bias', 12), ('ln1.weight', 13),
])
def test_vision_transformers(name, layer):
    assert layer_of_vit(name, 12, 'layer_wise') == layer


def test_convnext():
    layers = [layer_of_convnext(name, 12, 'layer_wise') for name in [*CONVNEXT, 'norm3.weight']]
    assert layers == [0, 2, 3, 12, 1, 2, 3, 5, 12, 13]
    stages = [layer_of_convnext(name, 4, 'stage_wise') for name in [*CONVNEXT, 'norm3.weight']]
    assert stages == [0, 0, 0, 0, 1, 2, 3, 3, 4, 5]


@pytest.mark.parametrize(('name', 'stage'), [
    ('stem.0.weight', 0), ('layer1.0.conv1.weight', 1), ('layer4.2.bn3.bias', 4)])
def test_resnet(name, stage):
    assert layer_of_resnet(name, 4, 'stage_wise') == stage


def test_resnet_offers_its_stages():
    backbone = ResNetV1c(depth=18, base_channels=8, stem_channels=8)
    assert isinstance(backbone, LayeredBackbone)
    assert backbone.layer_of('layer3.1.conv2.weight', 4, 'stage_wise') == 3


def test_a_segmentor_with_stages():
    model = build_segmentor(dict(
        type='EncoderDecoder', backbone=dict(type='ResNetV1c', depth=18, base_channels=8, stem_channels=8),
        decode_head=dict(type='FCNHead', in_channels=64, channels=8, num_convs=1, num_classes=3)))
    optimizer = build_optimizer(model, dict(
        type='AdamW', lr=1.0, constructor='LearningRateDecayOptimizerConstructor',
        paramwise_cfg=dict(num_layers=4, decay_rate=0.5, decay_type='stage_wise')))
    rates = {name: group['lr'] for group in optimizer.param_groups for name in group['param_names']}
    assert [rates[name] for name in ('backbone.stem.0.weight', 'backbone.layer1.0.conv1.weight',
                                     'backbone.layer4.1.conv2.weight', 'decode_head.conv_seg.weight')] == [
        2**-5, 2**-4, 2**-1, 1]


@pytest.mark.parametrize(('rule', 'decay_type', 'message'), [
    (layer_of_vit, 'stage_wise', 'write layer_wise'), (layer_of_resnet, 'layer_wise', 'write stage_wise')])
def test_what_an_architecture_is_not_divided_into(rule, decay_type, message):
    with pytest.raises(ValueError, match=message):
        rule('layers.0', 4, decay_type)
