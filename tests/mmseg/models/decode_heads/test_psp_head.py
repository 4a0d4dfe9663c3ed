"""The head of PSPNet, factored and not."""
import copy
import functools
from unittest import mock

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mmcv.cnn import ConvModule
from mmseg.models import PPM, PSPHead
from mmseg.models.decode_heads import psp_head

BINARY = {'num_classes': 2, 'out_channels': 1, 'threshold': 0.5,
          'loss_decode': {'type': 'CrossEntropyLoss', 'use_sigmoid': True}}

SAMPLES = {
    'factored': {'model': {'decode_head': {'type': 'PSPHead'}}, 'compiles': True},
    'unfactored': {'model': {'decode_head': {'type': 'PSPHead', 'factored': False}}},
    'corners': {'model': {'decode_head': {'type': 'PSPHead', 'align_corners': True}}},
    'binary': {'model': {'decode_head': {'type': 'PSPHead', **BINARY},
                         'auxiliary_head': {'type': 'FCNHead', 'in_index': 2, 'num_convs': 1, **BINARY}}},
}


def head(**options):
    defaults = {'in_channels': 12, 'channels': 6, 'num_classes': 5, 'norm_cfg': {'type': 'BN'}, 'dropout_ratio': 0}
    return PSPHead(**{**defaults, **options})


def test_pyramid():
    ppm = PPM((1, 2, 5), 4, 3, None, None, {'type': 'ReLU'}, align_corners=False)
    x = torch.randn(2, 4, 9, 11)
    assert [tuple(p.shape) for p in ppm.pool(x)] == [(2, 3, 1, 1), (2, 3, 2, 2), (2, 3, 5, 5)]
    assert [tuple(p.shape) for p in ppm(x)] == [(2, 3, 9, 11)] * 3
    torch.testing.assert_close(ppm(x)[0], ppm[0][1](x.mean((2, 3), keepdim=True)).expand(2, 3, 9, 11))


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('options', [{}, {'align_corners': True}, {'pool_scales': (1, 12)}, {'norm_cfg': None}])
def test_factored_equals_plain(options, training):
    factored = head(**options).double().train(training)
    plain = copy.deepcopy(factored)
    plain.factored = False
    maps = [torch.randn(2, 12, 8, 11, dtype=torch.float64)]
    results = []
    for module in (factored, plain):
        x = [m.clone().requires_grad_() for m in maps]
        out = module(x)
        out.sin().sum().backward()
        results.append([out, x[0].grad, *(p.grad for p in module.parameters()), *module.buffers()])
    for one, other in zip(*results):
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize('options', [{'conv_cfg': {'type': 'Conv2d', 'padding_mode': 'reflect'}}])
def test_falls_back_where_the_convolution_is_no_ordinary_one(options):
    maps = [torch.randn(2, 12, 8, 11)]
    module = head(**options).eval()
    with torch.no_grad():
        expected = module.cls_seg(module.bottleneck(torch.cat([maps[0], *module.psp_modules(maps[0])], dim=1)))
        torch.testing.assert_close(module(maps), expected, rtol=0, atol=0)


class DoubledPyramid(PPM):
    def forward(self, x):
        return [2 * p for p in super().forward(x)]


class DoubledConv(ConvModule):
    def forward(self, x):
        return 2 * super().forward(x)


def double_output(module):
    module.register_forward_hook(lambda _, inputs, out: [2 * p for p in out] if isinstance(out, list) else 2 * out)


def replace_forward(module):
    module.forward = functools.partial(lambda forward, x: 2 * forward(x), module.forward)


@pytest.mark.parametrize('change', [
    lambda head: head.psp_modules[0].__setitem__(0, nn.AdaptiveMaxPool2d(1)),
    lambda head: head.psp_modules[1].__setitem__(0, nn.AdaptiveAvgPool2d((2, 3))),
    lambda head: head.psp_modules[1].append(nn.Tanh()),
    lambda head: double_output(head.psp_modules),
    lambda head: double_output(head.psp_modules[1]),
    lambda head: double_output(head.psp_modules[1][0]),
    lambda head: replace_forward(head.psp_modules[2]),
    lambda head: replace_forward(head.bottleneck),
    lambda head: setattr(head.psp_modules, '__class__', DoubledPyramid),
    lambda head: setattr(head.bottleneck, '__class__', DoubledConv),
    lambda head: setattr(head.psp_modules, 'align_corners', True),
])
def test_what_somebody_changed_in_the_head_counts(change):
    """Against the plain way written out: every part is called, and the pyramid says how it is resized."""
    x, module = torch.randn(2, 12, 8, 11, dtype=torch.float64), head().double().eval()
    unchanged = module([x])
    change(module)
    with mock.patch.object(psp_head, 'has_kernel', return_value=False):
        expected = module.cls_seg(module.bottleneck(torch.cat([x, *module.psp_modules(x)], dim=1)))
    assert not torch.allclose(expected, unchanged)
    torch.testing.assert_close(module([x]), expected, rtol=1e-11, atol=1e-12)


def test_factoring_halves_the_multiplications_of_pspnet():
    flops = {}
    for factored in (True, False):
        with torch.device('meta'):
            module = PSPHead(in_channels=2048, channels=512, num_classes=19, factored=factored).eval()
            maps = [torch.empty(1, 2048, 64, 128)]
        with FlopCounterMode(display=False) as counter:
            module(maps)
        flops[factored] = counter.get_total_flops()
    assert flops[True] / flops[False] == pytest.approx(0.5, abs=0.01)


def test_same_parameters_either_way():
    assert list(head().state_dict()) == list(head(factored=False).state_dict())


@pytest.mark.parametrize('pool_scales', [3, None, 'a', 1.5, [1, 2.5], [], [0], (1, -1), [1, 'a'], True])
def test_wrong_pool_scales_are_one_clear_line(pool_scales):
    with pytest.raises(ValueError, match=r'^pool_scales is .*; give positive integers.*$'):
        PSPHead(pool_scales, in_channels=4, channels=2, num_classes=3)
