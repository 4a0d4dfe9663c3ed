"""What subclasses of 0.x's day override inside of a backbone: its steps, by their names and arguments."""

import functools
import inspect

import pytest
import torch

from mmcv.cnn import Sequential, build_conv_layer, build_norm_layer
from mmseg.models.backbones.beit import BEiT
from mmseg.models.backbones.hr_module import HRModule
from mmseg.models.backbones.hrnet import HRNet
from mmseg.models.backbones.mae import MAE
from mmseg.models.backbones.mobilenet_v3 import MobileNetV3
from mmseg.models.backbones.resnet import BasicBlock, Bottleneck, ResNet
from mmseg.models.backbones.stdc import STDCNet

_WIDTHS = {'stage1': (8,), 'stage2': (4, 8), 'stage3': (4, 8, 8), 'stage4': (4, 8, 8, 8)}
EXTRA = {
    name: dict(num_modules=1, num_branches=len(widths), num_blocks=(1,) * len(widths), num_channels=widths,
               block='BOTTLENECK' if name == 'stage1' else 'BASIC')
    for name, widths in _WIDTHS.items()}
BEIT = dict(img_size=32, patch_size=16, embed_dims=8, num_layers=2, num_heads=2)
STDC = dict(stdc_type='STDCNet1', in_channels=3, channels=(8, 16, 32, 64, 128), bottleneck_type='cat',
            norm_cfg=dict(type='BN'), act_cfg=dict(type='ReLU'))
BRANCHES = dict(num_branches=2, blocks=BasicBlock, num_blocks=(1, 1), in_channels=(4, 8), num_channels=(4, 8))

#: class, arguments, steps that are overridden, how often each is called.
STEPS = [
    (HRNet, dict(extra=EXTRA), dict(_make_layer=1, _make_transition_layer=3, _make_stage=3)),
    (HRModule, BRANCHES, dict(_check_branches=1, _make_branches=1, _make_one_branch=2, _make_fuse_layers=1)),
    (BEiT, BEIT, dict(_build_patch_embedding=1, _build_layers=1)),
    (MAE, BEIT, dict(_build_patch_embedding=1, _build_layers=1)),
    (MobileNetV3, {}, dict(_make_layer=1)),
    (STDCNet, STDC, dict(_make_stage=3)),
]


def counting(cls, names):
    """A subclass that overrides methods by ones that count their calls and hand on; and the calls by name."""
    calls = dict.fromkeys(names, 0)

    def override(name):
        method = getattr(cls, name)

        @functools.wraps(method)
        def call(self, *args, **kwargs):
            calls[name] += 1
            return method(self, *args, **kwargs)

        return call

    return type(cls.__name__, (cls,), {name: override(name) for name in names}), calls


@pytest.mark.parametrize(('cls', 'kwargs', 'expected'), STEPS, ids=[cls.__name__ for cls, *_ in STEPS])
def test_steps_that_are_overridden_are_taken(cls, kwargs, expected):
    derived, calls = counting(cls, expected)
    derived(**kwargs)
    assert calls == expected


def test_a_stage_of_one_more_block_and_wider_maps():
    class Wider(HRNet):

        def _make_stage(self, layer_config, in_channels, multiscale_output=True):
            stage, channels = super()._make_stage(layer_config, in_channels, multiscale_output)
            convs = [build_conv_layer(self.conv_cfg, width, 2 * width, kernel_size=1) for width in channels]
            return Sequential(stage, Doubled(convs)), [2 * width for width in channels]

        def _make_layer(self, block, inplanes, planes, blocks, stride=1):
            return super()._make_layer(block, inplanes, planes, blocks + 1, stride)

    class Doubled(Sequential):

        def __init__(self, convs):
            super().__init__(*convs)

        def forward(self, maps):
            return [conv(each) for conv, each in zip(self, maps)]

    model = Wider(EXTRA)
    assert len(model.layer1) == 2
    assert model.stage3_cfg is EXTRA['stage3']
    assert [each.shape[1] for each in model(torch.randn(1, 3, 64, 64))] == [8, 16, 16, 16] == list(model.out_channels)


def test_a_branch_that_strides():
    class Strided(HRModule):

        def _make_one_branch(self, branch_index, block, num_blocks, num_channels, stride=1):
            assert self.in_channels == [4, 8]
            return super()._make_one_branch(branch_index, block, num_blocks, num_channels, stride=2)

        def _make_fuse_layers(self):
            return None

    given = [4, 8]
    module = Strided(**{**BRANCHES, 'in_channels': given})
    assert given == [4, 8]
    assert [each.shape for each in module([torch.randn(1, 4, 8, 8), torch.randn(1, 8, 4, 4)])] == [
        (1, 4, 4, 4), (1, 8, 2, 2)]


class SplitBottleneck(Bottleneck):
    """A block in the manner of Res2Net, put together from what the constructor of its base has kept."""

    def __init__(self, inplanes, planes, scales=2, **kwargs):
        super().__init__(inplanes, planes, **kwargs)
        width = planes // scales
        self.norm1_name, norm1 = build_norm_layer(self.norm_cfg, planes, postfix=1)
        self.conv1 = build_conv_layer(
            self.conv_cfg, self.inplanes, planes, kernel_size=1, stride=self.conv1_stride, bias=False)
        self.add_module(self.norm1_name, norm1)
        assert not self.with_dcn
        self.conv2 = build_conv_layer(
            self.conv_cfg, width, width, kernel_size=3, stride=self.conv2_stride, padding=self.dilation,
            dilation=self.dilation, bias=False)
        self.seen = []

    def forward(self, x):
        out = self.relu(self.norm1(self.conv1(x)))
        if self.with_plugins:
            out = self.forward_plugin(out, self.after_conv1_plugin_names)
        out = self.relu(self.norm2(torch.cat([self.conv2(part) for part in out.chunk(2, 1)], 1)))
        if self.with_plugins:
            out = self.forward_plugin(out, self.after_conv2_plugin_names)
        out = self.norm3(self.conv3(out))
        if self.with_plugins:
            out = self.forward_plugin(out, self.after_conv3_plugin_names)
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))

    def forward_plugin(self, x, plugin_names):
        self.seen.append(list(plugin_names))
        return super().forward_plugin(x, plugin_names)


def test_a_block_of_a_projects_own():
    class Split(ResNet):
        arch_settings = {50: (SplitBottleneck, (1, 1, 1, 1))}

    plugin = dict(cfg=dict(type='ContextBlock', ratio=0.5), stages=(False, True, False, False), position='after_conv2')
    model = Split(50, base_channels=8, stem_channels=8, plugins=[plugin])
    assert [each.shape[1] for each in model(torch.randn(1, 3, 64, 64))] == [32, 64, 128, 256]
    assert [layer[0].seen for layer in (model.layer1, model.layer2)] == [
        [[], [], []], [[], ['context_block'], []]]
    assert model.layer2[0].after_conv2_plugins == [plugin['cfg']]


def test_blocks_take_0x_arguments_by_position():
    """``block(inplanes, planes, stride, dilation, downsample, style, with_cp, conv_cfg, norm_cfg, dcn, plugins)``."""
    names = ['inplanes', 'planes', 'stride', 'dilation', 'downsample', 'style', 'with_cp', 'conv_cfg', 'norm_cfg',
             'dcn', 'plugins', 'init_cfg']
    for block in (BasicBlock, Bottleneck):
        assert list(inspect.signature(block).parameters)[:len(names)] == names
