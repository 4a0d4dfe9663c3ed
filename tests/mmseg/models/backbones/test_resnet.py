"""ResNet and its variants."""
import copy

import pytest
import torch
from torch import nn

from mmcv.cnn import PLUGIN_LAYERS, recompute_norms
from mmcv.ops import DeformConv2dPack, ModulatedDeformConv2dPack
from mmcv.runner import build_optimizer
from mmcv.runner.layer_decay import LayeredBackbone
from mmseg.models import ResNet, ResNetV1c, ResNetV1d, build_segmentor
from mmseg.models.backbones.resnet import BasicBlock, Bottleneck

TINY = {'base_channels': 4, 'stem_channels': 4}
DILATED = {'base_channels': 8, 'stem_channels': 8, 'dilations': (1, 1, 2, 4), 'strides': (1, 2, 1, 1)}
AUXILIARY = {'type': 'FCNHead', 'in_index': 2, 'num_convs': 1}
SYNC_BN, GN = {'type': 'SyncBN'}, {'type': 'GN', 'num_groups': 4}

SAMPLES = {
    'resnet': {'model': {'backbone': {'type': 'ResNet', 'depth': 18, **DILATED}, 'auxiliary_head': AUXILIARY}},
    'resnetv1c': {'model': {'backbone': {'type': 'ResNetV1c', 'depth': 18, **DILATED}}},
    'resnetv1d-50': {'model': {'backbone': {'type': 'ResNetV1d', 'depth': 50, **DILATED, 'norm_cfg': SYNC_BN}}},
    'group norm': {'model': {'backbone': {'type': 'ResNetV1c', 'depth': 18, **DILATED, 'norm_cfg': GN}}},
}


@pytest.mark.parametrize(('depth', 'blocks'), [(18, 8), (34, 16), (50, 16), (101, 33), (152, 50)])
def test_depth(depth, blocks):
    model = ResNet(depth, **TINY)
    assert sum(isinstance(m, (BasicBlock, Bottleneck)) for m in model.modules()) == blocks
    maps = model(torch.randn(1, 3, 64, 64))
    wide = 1 if depth < 50 else 4
    assert [tuple(m.shape) for m in maps] == [(1, 4 * wide * 2**i, 16 >> i, 16 >> i) for i in range(4)]
    assert model.feat_dim == 32 * wide


def test_dilation_keeps_the_resolution():
    model = ResNetV1c(depth=50, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True, **TINY)
    assert [m.shape[-1] for m in model(torch.randn(1, 3, 64, 64))] == [16, 8, 8, 8]
    assert [block.dilation for block in model.layer3] == [1, 2, 2, 2, 2, 2]
    assert [block.conv2.dilation for block in model.layer4] == [(2, 2), (4, 4), (4, 4)]


def test_multi_grid_is_of_the_last_stage():
    model = ResNet(50, dilations=(1, 1, 1, 2), strides=(1, 2, 2, 1), multi_grid=(1, 2, 4), **TINY)
    assert [block.dilation for block in model.layer4] == [1, 2, 4]
    assert {block.dilation for block in model.layer3} == {1}


@pytest.mark.parametrize(('style', 'strides'), [('pytorch', (1, 2)), ('caffe', (2, 1))])
def test_style_decides_which_convolution_strides(style, strides):
    block = ResNet(50, style=style, **TINY).layer2[0]
    assert (block.conv1.stride[0], block.conv2.stride[0]) == strides


def test_stems_and_shortcuts():
    assert ResNet(18).conv1.kernel_size == (7, 7)
    assert [m.kernel_size[0] for m in ResNetV1c(depth=18).stem if isinstance(m, nn.Conv2d)] == [3, 3, 3]
    assert isinstance(ResNetV1d(depth=18).layer2[0].downsample[0], nn.AvgPool2d)
    assert ResNetV1d(depth=18).layer2[0].downsample[1].stride == (1, 1)


@pytest.mark.parametrize('deep_stem', [False, True])
def test_frozen_stages_stay_in_eval_mode_and_untrained(deep_stem):
    model = ResNet(18, frozen_stages=1, deep_stem=deep_stem, **TINY).train()
    stem = [model.stem] if deep_stem else [model.conv1, model.bn1]
    for module in (*stem, model.layer1):
        assert not any(p.requires_grad for p in module.parameters())
        assert not any(m.training for m in module.modules())
    assert all(p.requires_grad for p in model.layer2.parameters())
    assert model.layer2.training


def test_norm_eval_keeps_statistics():
    model = ResNet(18, norm_eval=True, **TINY)
    assert model.train() is model
    before = model.bn1.running_mean.clone()
    model(torch.randn(2, 3, 64, 64))
    assert torch.equal(model.bn1.running_mean, before)
    assert model.layer1.training


def test_checkpointing_gives_the_same_gradients():
    img = torch.randn(2, 3, 64, 64, dtype=torch.float64)
    plain = ResNet(50, **TINY).double()
    saving = ResNet(50, with_cp=True, **TINY).double()
    saving.load_state_dict(plain.state_dict())
    gradients = []
    for model in (plain, saving):
        model(img)[-1].square().sum().backward()
        gradients.append([p.grad for p in model.parameters()])
    for one, other in zip(*gradients):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize('options', [
    dict(depth=18), dict(depth=50, norm_eval=True), dict(depth=50, frozen_stages=1, deep_stem=True, avg_down=True),
    dict(depth=50, with_cp=True), dict(depth=50, norm_cfg=dict(type='GN', num_groups=2)),
])
def test_recomputed_norms_change_no_bit(options):
    plain = ResNet(zero_init_residual=False, **options, **TINY).train()
    saving = copy.deepcopy(plain)
    recompute_norms(saving)
    img = torch.randn(2, 3, 64, 64)
    results = []
    for model in (plain, saving):
        maps = model(img)
        (maps[0].square().sum() + maps[-1].square().sum()).backward()
        results.append([*maps, *(p.grad for p in model.parameters() if p.requires_grad), *model.buffers()])
    assert all(torch.equal(*values) for values in zip(*results))


def test_zero_initialized_blocks_are_their_shortcuts():
    model = ResNet(50, **TINY)
    model.init_weights()
    assert all(block.norm3.weight.abs().sum() == 0 for block in model.layer2)
    block = model.layer2[1]
    x = torch.rand(1, 32, 8, 8)
    torch.testing.assert_close(block(x), x)
    model = ResNet(18, zero_init_residual=False, **TINY)
    model.init_weights()
    assert (model.layer1[0].norm2.weight == 1).all()


def test_plugins():
    @PLUGIN_LAYERS.register_module(force=True)
    class AddOne(nn.Module):
        def __init__(self, in_channels, by=1.0):
            super().__init__()
            self.in_channels = in_channels
            self.by = by

        def forward(self, x):
            return x + self.by

    plugins = [
        {'cfg': {'type': 'AddOne', 'postfix': 1}, 'stages': (False, True, True, True), 'position': 'after_conv3'},
        {'cfg': {'type': 'AddOne', 'postfix': 2, 'by': 2.0}, 'position': 'after_conv3'},
    ]
    model = ResNet(50, plugins=plugins, **TINY)
    assert not hasattr(model.layer1[0], 'add_one1')
    assert model.layer2[0].add_one1.in_channels == 32
    x = torch.rand(1, 32, 8, 8)
    model.init_weights()  # now the convolutions add nothing, and both plugins add up
    torch.testing.assert_close(model.layer2[1](x), x + 3)


@pytest.mark.parametrize(('name', 'layer'), [('DCN', DeformConv2dPack), ('DCNv2', ModulatedDeformConv2dPack)])
def test_deformable_convolutions(name, layer):
    """They take the place of the 3x3 convolutions of the chosen stages."""
    dcn = {'type': name, 'deform_groups': 2, 'fallback_on_stride': True}
    model = ResNet(50, dcn=dcn, stage_with_dcn=(False, False, True, True), zero_init_residual=False, **TINY)
    model.init_weights()
    assert not isinstance(model.layer2[1].conv2, layer)
    assert not isinstance(model.layer3[0].conv2, layer)  # strided
    assert isinstance(model.layer3[1].conv2, layer)
    assert model.layer3[1].conv2.deform_groups == 2
    assert not model.layer3[1].conv2.conv_offset.weight.any()
    assert dcn['fallback_on_stride']
    model(torch.rand(2, 3, 64, 64))[-1].square().sum().backward()
    assert model.layer4[2].conv2.conv_offset.weight.grad.any()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'depth': 20}, 'depth is 20'),
        ({'depth': 50, 'dcn': {'type': 'DCNv3'}, 'stage_with_dcn': (True,) * 4}, 'DCNv3'),
        ({'depth': 50, 'num_stages': 5}, 'num_stages is 5'),
        ({'depth': 50, 'strides': (1, 2)}, 'strides is'),
        ({'depth': 50, 'out_indices': (4,)}, 'out_indices is'),
        ({'depth': 50, 'style': 'tensorflow'}, 'style is'),
        ({'depth': 18, 'plugins': []}, 'neither dcn nor plugins'),
        ({'depth': 50, 'pretrained': 'a', 'init_cfg': {'type': 'Pretrained', 'checkpoint': 'b'}}, 'keep one'),
        ({'depth': 50, 'plugins': [{'cfg': {'type': 'ConvModule'}, 'position': 'last'}]}, 'position is'),
    ],
)
def test_mistakes(options, message):
    with pytest.raises(ValueError, match=message):
        ResNet(**options)


@pytest.mark.parametrize(('name', 'stage'), [
    ('stem.0.weight', 0), ('layer1.0.conv1.weight', 1), ('layer3.1.conv2.weight', 3), ('layer4.2.bn3.bias', 4)])
def test_the_stage_of_a_parameter(name, stage):
    backbone = ResNetV1c(depth=18, **TINY)
    assert isinstance(backbone, LayeredBackbone)
    assert backbone.layer_of(name, 4, 'stage_wise') == stage
    with pytest.raises(ValueError, match='write stage_wise'):
        backbone.layer_of(name, 4, 'layer_wise')


def test_rates_that_fall_from_stage_to_stage():
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
