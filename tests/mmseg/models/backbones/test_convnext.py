"""ConvNeXt."""
import importlib
import sys

import pytest
import torch

from mmseg.models import ConvNeXt, build_backbone
from mmseg.models.backbones.convnext import ConvNeXtBlock
from mmseg.models.layers.layer_norm_2d import LayerNorm2d

TINY = {
    'type': 'ConvNeXt', 'arch': {'depths': [1, 1, 2, 1], 'channels': [4, 8, 8, 12]}, 'gap_before_final_norm': False,
}

SAMPLES = {
    'upernet': {
        'model': {
            'backbone': {**TINY, 'out_indices': [0, 1, 2, 3], 'layer_scale_init_value': 1.0, 'drop_path_rate': 0.2},
            'decode_head': {'type': 'UPerHead', 'in_index': [0, 1, 2, 3]},
        },
        'compiles': True,
    },
    'convolutions': {
        'model': {
            'backbone': {
                **TINY, 'type': 'mmcls.ConvNeXt', 'arch': {'depths': [1, 1], 'channels': [4, 8]}, 'stem_patch_size': 2,
                'linear_pw_conv': False, 'frozen_stages': 1, 'layer_scale_init_value': 0.5,
                'act_cfg': {'type': 'ReLU'},
            },
        },
    },
    'no scales': {
        'model': {
            'backbone': {**TINY, 'layer_scale_init_value': 0, 'out_indices': (1, -1), 'norm_cfg': {'type': 'BN'}},
            'decode_head': {'type': 'SegformerHead', 'in_index': (0, 1)},
        },
    },
}


def tiny(**options):
    return ConvNeXt(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_by_the_name_that_configs_have(monkeypatch):
    """As 0.30's configs import it, with no mmcls installed."""
    monkeypatch.delitem(sys.modules, 'mmcls.models', raising=False)
    models = importlib.import_module('mmcls.models')
    assert models.ConvNeXt is ConvNeXt
    assert importlib.import_module('mmcls.models.backbones').ConvNeXt is ConvNeXt
    assert type(build_backbone({**TINY, 'type': 'mmcls.ConvNeXt'})) is ConvNeXt


@pytest.mark.parametrize(('arch', 'millions'), [('tiny', 27.8), ('small', 49.5), ('base', 87.6), ('xlarge', 348.1)])
def test_architectures(arch, millions):
    """As table 9 of the paper has them, without the classifier."""
    with torch.device('meta'):
        model = ConvNeXt(arch)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, abs=0.1)


def test_block_by_its_formula():
    torch.manual_seed(0)
    block = ConvNeXtBlock(4, layer_scale_init_value=1.0)
    torch.nn.init.normal_(block.gamma)
    x = torch.randn(2, 4, 9, 10)
    y = block.depthwise_conv(x)
    y = (y - y.mean(1, keepdim=True)) / (y.var(1, keepdim=True, correction=0) + 1e-6).sqrt()
    y = block.pointwise_conv2(torch.nn.functional.gelu(block.pointwise_conv1(y.permute(0, 2, 3, 1))))
    torch.testing.assert_close(block(x), x + (block.gamma * y).permute(0, 3, 1, 2), rtol=1e-4, atol=1e-5)


def test_nothing_is_copied_to_another_layout():
    norm = LayerNorm2d(4)
    x = torch.randn(2, 4, 5, 6).contiguous(memory_format=torch.channels_last)
    assert norm(x).is_contiguous(memory_format=torch.channels_last)
    maps = tiny(out_indices=(0, 1, 2, 3))(torch.randn(2, 3, 64, 96))
    assert all(map_.is_contiguous(memory_format=torch.channels_last) for map_ in maps)


def test_means_for_a_classifier():
    model = tiny(gap_before_final_norm=True).eval()
    x = torch.randn(2, 3, 64, 96)
    means = model(x)[0]
    assert means.shape == (2, 12)
    model.gap_before_final_norm = False
    model.norm3 = torch.nn.Identity()
    expected = LayerNorm2d(12, eps=1e-6)(model(x)[0].mean((2, 3), keepdim=True)).flatten(1)
    torch.testing.assert_close(means, expected, rtol=1e-4, atol=1e-5)


def test_frozen_stages():
    model = tiny(frozen_stages=2, drop_path_rate=0.1).train()
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert not any(name.startswith(('downsample_layers.0', 'downsample_layers.1', 'stages.0', 'stages.1'))
                   for name in trained)
    assert {'downsample_layers.2.1.weight', 'stages.2.0.gamma', 'norm3.weight'} <= trained
    assert not model.stages[1][0].training
    assert model.stages[2].training


@pytest.mark.parametrize(('name', 'stage', 'layer'), [
    ('downsample_layers.0.0.weight', 0, 0), ('downsample_layers.2.1.weight', 0, 3), ('stages.2.1.gamma', 3, 3),
    ('stages.3.0.norm.bias', 4, 12), ('norm3.weight', 5, 13)])
def test_layers(name, stage, layer):
    model = tiny()
    assert name in dict(model.named_parameters())
    assert model.layer_of(name, 4, 'stage_wise') == stage
    assert model.layer_of(name, 12, 'layer_wise') == layer


def test_layers_of_the_usual_depths():
    names = [f'downsample_layers.{i}.0.weight' for i in range(4)] + [
        f'stages.{stage}.{block}.depthwise_conv.weight'
        for stage, block in ((0, 0), (1, 2), (2, 0), (2, 8), (3, 1))] + ['norm3.weight']
    model = tiny()
    assert [model.layer_of(name, 12, 'layer_wise') for name in names] == [0, 2, 3, 12, 1, 2, 3, 5, 12, 13]
    assert [model.layer_of(name, 4, 'stage_wise') for name in names] == [0, 0, 0, 0, 1, 2, 3, 3, 4, 5]


def test_architectures_of_a_subclass():
    class Own(ConvNeXt):
        arch_settings = {'own': {'depths': [1, 1], 'channels': [4, 8]}}

    assert Own('own').out_channels == (8,)


@pytest.mark.parametrize(('options', 'message'), [
    (dict(arch='huge'), "ConvNeXt: arch is 'huge'; choose from tiny, small, base"),
    (dict(arch={'depths': [1, 1]}), 'ConvNeXt: arch needs channels'),
    (dict(arch={'depths': [1, 1], 'channels': [4]}), 'ConvNeXt: arch has 2 depths and 1 channels'),
    (dict(out_indices=(0, 4)), 'ConvNeXt: out_indices has 4; it may have 0 to 3'),
    (dict(pretrained='a.pth', init_cfg=dict(type='Pretrained', checkpoint='b.pth')), 'keep one'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)
