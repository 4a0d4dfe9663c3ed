"""Layers by config."""

import pytest
import torch
from torch import nn

from mmcv.cnn import (
    CONV_LAYERS,
    NORM_LAYERS,
    PLUGIN_LAYERS,
    Conv2d,
    HSwish,
    Scale,
    build_activation_layer,
    build_conv_layer,
    build_norm_layer,
    build_padding_layer,
    build_plugin_layer,
    build_upsample_layer,
    is_norm,
)
from mmcv.config import ConfigDict
from mmcv.utils import ConfigError


@pytest.mark.parametrize(
    ('name', 'cls'),
    [
        ('Conv1d', nn.Conv1d),
        ('Conv2d', nn.Conv2d),
        ('Conv', nn.Conv2d),
        ('Conv3d', nn.Conv3d),
        ('deconv', nn.ConvTranspose2d),
        ('ConvTranspose2d', nn.ConvTranspose2d),
    ],
)
def test_convolutions(name, cls):
    layer = build_conv_layer({'type': name, 'dilation': 2}, 3, 4, kernel_size=3)
    assert isinstance(layer, cls)
    assert layer.dilation[0] == 2


def test_default_convolution_and_positional_arguments():
    layer = build_conv_layer(None, 3, 4, 5, bias=False)
    assert (type(layer), layer.kernel_size, layer.bias) == (Conv2d, (5, 5), None)

    class Passing(nn.Conv2d):
        """A constructor like those of deformable convolutions."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    assert build_conv_layer({'type': Passing}, 3, 4, 5).kernel_size == (5, 5)


@pytest.mark.parametrize(
    ('cfg', 'name', 'cls'),
    [
        ({'type': 'BN'}, 'bn1', nn.BatchNorm2d),
        ({'type': 'BN1d'}, 'bn1', nn.BatchNorm1d),
        ({'type': 'BN3d'}, 'bn1', nn.BatchNorm3d),
        ({'type': 'SyncBN'}, 'bn1', nn.modules.batchnorm._BatchNorm),
        ({'type': 'GN', 'num_groups': 2}, 'gn1', nn.GroupNorm),
        ({'type': 'LN'}, 'ln1', nn.LayerNorm),
        ({'type': 'IN'}, 'in1', nn.InstanceNorm2d),
        ({'type': 'IN1d'}, 'in1', nn.InstanceNorm1d),
    ],
)
def test_norms(cfg, name, cls):
    made, layer = build_norm_layer(cfg, 4, postfix=1)
    assert made == name
    assert isinstance(layer, cls)
    assert layer.eps == 1e-5
    assert is_norm(layer)
    assert not is_norm(layer, exclude=cls)
    assert not is_norm(nn.Conv2d(1, 1, 1))


def test_norm_options():
    cfg = ConfigDict(type='BN', requires_grad=False, eps=1e-3, momentum=0.01)
    _, layer = build_norm_layer(cfg, 4)
    assert (layer.eps, layer.momentum, layer.weight.requires_grad) == (1e-3, 0.01, False)
    assert 'requires_grad' in cfg


class Norm(nn.Module):
    def __init__(self, channels, eps):
        super().__init__()


@pytest.mark.parametrize(
    ('name', 'abbr'),
    [('MyBatch', 'bn'), ('GroupThing', 'gn'), ('XLayer', 'ln'), ('InstanceThing', 'in'), ('Other', 'norm_layer')],
)
def test_names_of_own_norms(name, abbr):
    assert build_norm_layer({'type': type(name, (Norm,), {})}, 4)[0] == abbr
    assert build_norm_layer({'type': type(name, (Norm,), {'_abbr_': 'tn'})}, 4, 2)[0] == 'tn2'

@pytest.mark.parametrize('slopes', [1, 3])
@pytest.mark.parametrize('shape', [(2, 3), (2, 3, 4, 5)])
def test_prelu_has_the_gradients_of_torch(shape, slopes):
    layer = build_activation_layer({'type': 'PReLU', 'num_parameters': slopes}).double()
    x = torch.randn(shape, dtype=torch.float64).requires_grad_()
    x.data[0, 0] = 0
    y, expected = layer(x), nn.functional.prelu(x, layer.weight)
    assert type(y.grad_fn) is not type(expected.grad_fn)
    assert y.equal(expected)
    grad = torch.randn_like(y)
    torch.testing.assert_close(*(torch.autograd.grad(out, (x, layer.weight), grad) for out in (y, expected)))
    x = torch.randn(shape, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x, weight: torch.func.functional_call(layer, {'weight': weight}, x),
                                        (x, layer.weight))


def test_prelu_is_torchs_where_more_than_numbers_is_asked_for():
    layer, x = build_activation_layer({'type': 'PReLU'}), torch.randn(2, 3, 4)
    _, tangent = torch.func.jvp(layer, (x,), (x,))
    torch.testing.assert_close(tangent, torch.where(x > 0, x, 0.25 * x))
    with torch.autocast('cpu', torch.bfloat16):
        assert layer(x.bfloat16()).dtype == nn.functional.prelu(x.bfloat16(), layer.weight).dtype


@pytest.mark.parametrize('inplace', [True, False])
@pytest.mark.parametrize(
    ('cfg', 'expected'),
    [
        ({'type': 'ReLU'}, torch.relu),
        ({'type': 'LeakyReLU', 'negative_slope': 0.2}, lambda x: torch.where(x > 0, x, 0.2 * x)),
        ({'type': 'PReLU'}, lambda x: torch.where(x > 0, x, 0.25 * x)),
        ({'type': 'ReLU6'}, lambda x: x.clamp(0, 6)),
        ({'type': 'ELU'}, nn.functional.elu),
        ({'type': 'Sigmoid'}, torch.sigmoid),
        ({'type': 'Tanh'}, torch.tanh),
        ({'type': 'SiLU'}, nn.functional.silu),
        ({'type': 'Swish'}, lambda x: x * x.sigmoid()),
        ({'type': 'GELU'}, nn.functional.gelu),
        ({'type': 'HSwish'}, lambda x: x * (x + 3).clamp(0, 6) / 6),
        ({'type': 'HSigmoid'}, lambda x: ((x + 3) / 6).clamp(0, 1)),
        ({'type': 'HSigmoid', 'bias': 1.0, 'divisor': 2.0}, lambda x: ((x + 1) / 2).clamp(0, 1)),
        ({'type': 'Clamp'}, lambda x: x.clamp(-1, 1)),
        ({'type': 'Clip', 'min': -0.5, 'max': 2}, lambda x: x.clamp(-0.5, 2)),
    ],
)
def test_activations(cfg, expected, inplace):
    x = torch.linspace(-8, 8, 33)
    torch.testing.assert_close(build_activation_layer(cfg, inplace)(x.clone()), expected(x))


def test_paddings():
    x = torch.arange(3.0).view(1, 1, 1, 3)
    rows = {name: build_padding_layer({'type': name}, (2, 0, 0, 0))(x).flatten().tolist()[:2] for name in
            ('zero', 'reflect', 'replicate')}  # fmt: skip
    assert rows == {'zero': [0, 0], 'reflect': [2, 1], 'replicate': [0, 0]}


def test_upsampling():
    x = torch.randn(1, 3, 4, 5)
    bilinear = build_upsample_layer({'type': 'bilinear', 'scale_factor': 2, 'align_corners': False})
    torch.testing.assert_close(bilinear(x), nn.functional.interpolate(x, scale_factor=2, mode='bilinear'))
    assert build_upsample_layer({'type': 'nearest', 'scale_factor': 3})(x).shape == (1, 3, 12, 15)
    assert build_upsample_layer({'type': 'deconv'}, 3, 2, 4, stride=2, padding=1)(x).shape == (1, 2, 8, 10)
    shuffle = build_upsample_layer({'type': 'pixel_shuffle', 'scale_factor': 2, 'upsample_kernel': 3}, 3, 2)
    assert shuffle(x).shape == (1, 2, 8, 10)


def test_plugins():
    cls = type('FancyRGBBlock', (nn.Identity,), {})
    PLUGIN_LAYERS.register_module(module=cls, force=True)
    name, layer = build_plugin_layer({'type': 'FancyRGBBlock'}, postfix='_a', in_channels=3)
    assert name == 'fancy_rgb_block_a'
    assert isinstance(layer, cls)
    convolution = {'type': 'ConvModule', 'out_channels': 2, 'kernel_size': 1}
    assert build_plugin_layer(convolution, in_channels=3)[0] == 'conv_block'


def test_scale():
    scale = Scale(2.0)
    scale(torch.ones(3)).sum().backward()
    assert scale.scale.grad == 3
    assert scale(torch.ones(1)) == 2


@pytest.mark.parametrize(
    ('build', 'message'),
    [
        (lambda: build_conv_layer({'type': 'Cnov2d'}, 3, 4, 1), 'Conv2d'),
        (lambda: build_conv_layer({'type': 'Conv2d', 'strid': 1}, 3, 4, 1), 'stride'),
        (lambda: build_norm_layer({'type': 'ReLU'}, 4), 'it is a activation layer'),
        (lambda: build_norm_layer({'type': 'GN'}, 4), 'num_groups'),
        (lambda: build_norm_layer({'num_groups': 2}, 4), 'type'),
        (lambda: build_norm_layer('BN', 4), 'BN'),
        (lambda: build_activation_layer({'type': 'ReLU', 'in_place': True}), 'inplace'),
    ],
)
def test_mistakes(build, message):
    with pytest.raises(ConfigError, match=message):
        build()


def test_postfix_of_a_norm():
    assert build_norm_layer(dict(type='BN'), 2, postfix='_a')[0] == 'bn_a'
    with pytest.raises(ValueError, match='postfix'):
        build_norm_layer(dict(type='BN'), 2, postfix=[1])


def test_hard_swish_of_old():
    x = torch.linspace(-8, 8, 33)
    assert HSwish(inplace=True).act.inplace
    assert torch.equal(HSwish()(x), x * nn.functional.relu6(x + 3) / 6)


def test_registries_refuse_other_kinds():
    assert 'BN' not in CONV_LAYERS
    with pytest.raises(TypeError):
        NORM_LAYERS.register_module('function', module=len)
