"""Convolution, normalization and activation together."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import CONV_LAYERS, ConvModule, DepthwiseSeparableConvModule

BN = {'type': 'BN'}


@pytest.mark.parametrize(
    ('options', 'bias'), [({}, True), ({'norm_cfg': BN}, False), ({'bias': False}, False), ({'act_cfg': None}, True)]
)
def test_bias_only_without_a_norm(options, bias):
    module = ConvModule(3, 4, 3, **options)
    assert (module.conv.bias is not None) is module.with_bias is bias


def test_bias_before_a_norm_is_warned_about():
    with pytest.warns(UserWarning, match='has no effect'):
        ConvModule(3, 4, 3, norm_cfg=BN, bias=True)


def test_names_of_the_parameters():
    assert list(dict(ConvModule(3, 4, 3, norm_cfg=BN).named_parameters())) == ['conv.weight', 'bn.weight', 'bn.bias']
    module = ConvModule(3, 4, 3, norm_cfg={'type': 'GN', 'num_groups': 2})
    assert module.norm is module.gn
    assert ConvModule(3, 4, 3).norm is None


@pytest.mark.parametrize(
    'order', [('conv', 'norm', 'act'), ('conv', 'act', 'norm'), ('norm', 'act', 'conv'), ('act', 'conv', 'norm')]
)
def test_order(order):
    module = ConvModule(3, 4, 3, norm_cfg=BN, order=order, inplace=False).eval()
    norm = module.bn
    assert norm.num_features == (3 if order.index('norm') < order.index('conv') else 4)
    nn.init.uniform_(norm.running_mean)
    x = expected = torch.randn(2, 3, 6, 6)
    for layer in order:
        expected = {'conv': module.conv, 'norm': norm, 'act': torch.relu}[layer](expected)
    torch.testing.assert_close(module(x), expected)


def test_layers_can_be_left_out():
    module, x = ConvModule(3, 4, 3, norm_cfg=BN), torch.randn(2, 3, 6, 6)
    torch.testing.assert_close(module(x, activate=False), module.bn(module.conv(x)))
    torch.testing.assert_close(module(x, norm=False), module.conv(x).relu())


@pytest.mark.parametrize('mode', ['zeros', 'reflect', 'replicate'])
def test_padding_modes(mode):
    module, x = ConvModule(3, 4, 3, padding=1, padding_mode=mode, act_cfg=None), torch.randn(2, 3, 6, 7)
    conv = nn.Conv2d(3, 4, 3, padding=1, padding_mode=mode)
    conv.load_state_dict(module.conv.state_dict())
    torch.testing.assert_close(module(x), conv(x))


def test_circular_padding_is_the_convolutions_own():
    with pytest.warns(UserWarning, match="write conv_cfg=dict\\(type='Conv2d', padding_mode='circular'\\)"):
        module = ConvModule(3, 4, 3, padding=1, padding_mode='circular', act_cfg=None)
    x = torch.randn(2, 3, 6, 7)
    torch.testing.assert_close(module(x), F.conv2d(x, module.conv.weight, module.conv.bias, padding=1))
    module = ConvModule(3, 4, 3, padding=1, conv_cfg=dict(type='Conv2d', padding_mode='circular'), act_cfg=None)
    padded = F.pad(x, (1, 1, 1, 1), mode='circular')
    torch.testing.assert_close(module(x), F.conv2d(padded, module.conv.weight, module.conv.bias))


def test_spectral_norm():
    module = ConvModule(3, 4, 3, padding=1, with_spectral_norm=True)
    assert 'conv.weight_orig' in module.state_dict()
    for _ in range(50):
        module(torch.randn(1, 3, 5, 5))
    assert torch.linalg.matrix_norm(module.conv.weight.flatten(1), 2).item() == pytest.approx(1, abs=1e-3)


def test_activation_works_in_place_where_it_can():
    assert ConvModule(3, 4, 1).activate.inplace
    assert not ConvModule(3, 4, 1, inplace=False).activate.inplace
    for name in ('Tanh', 'PReLU', 'Sigmoid', 'HSigmoid', 'Swish', 'GELU', 'Clamp'):
        ConvModule(3, 4, 1, act_cfg={'type': name})


def test_initialization_suits_the_activation():
    torch.manual_seed(0)
    for act, gain in (({'type': 'ReLU'}, 2.0), ({'type': 'LeakyReLU', 'negative_slope': 1.0}, 1.0)):
        module = ConvModule(64, 64, 3, act_cfg=act)
        assert module.conv.weight.var().item() == pytest.approx(gain / (64 * 9), rel=0.05)
        assert (module.conv.bias == 0).all()


def test_convolution_with_its_own_initialization_keeps_it():
    class Ones(nn.Conv2d):
        def init_weights(self):
            raise AssertionError

        def reset_parameters(self):
            nn.init.ones_(self.weight)

    CONV_LAYERS.register_module(module=Ones, force=True)
    assert (ConvModule(3, 4, 3, conv_cfg={'type': 'Ones'}, bias=False).conv.weight == 1).all()


def test_order_must_hold_each_layer_once():
    with pytest.raises(ValueError, match="use each of 'conv', 'norm', 'act' once"):
        ConvModule(3, 4, 3, order=('conv', 'norm'))


def test_depthwise_separable():
    module = DepthwiseSeparableConvModule(8, 16, 3, padding=1, norm_cfg=BN, dw_act_cfg=None, pw_norm_cfg=None)
    assert module(torch.randn(1, 8, 5, 6)).shape == (1, 16, 5, 6)
    depthwise, pointwise = module.depthwise_conv, module.pointwise_conv
    assert (depthwise.groups, pointwise.kernel_size) == (8, (1, 1))
    assert (depthwise.with_norm, depthwise.with_activation) == (True, False)
    assert (pointwise.with_norm, pointwise.with_activation) == (False, True)
    with pytest.raises(ValueError, match='leave out groups'):
        DepthwiseSeparableConvModule(8, 16, 3, groups=2)


def test_the_result_may_be_changed_in_place_where_the_activation_is_not():
    module = ConvModule(2, 2, 1, norm_cfg=BN, inplace=False)
    x = torch.randn(2, 2, 3, 3)
    out = module(x)
    assert out.equal(module.norm(module.conv(x)).relu())
    expected = torch.autograd.grad((out * 1.0).pow(2).sum(), module.conv.weight, retain_graph=True)[0]
    out += 0.0
    assert torch.autograd.grad(out.pow(2).sum(), module.conv.weight)[0].equal(expected)
