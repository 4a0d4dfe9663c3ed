"""Convolutions with standardised weights."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import ConvAWS2d, ConvModule, ConvWS2d, build_conv_layer, conv_ws_2d


def standard(weight):
    flat = weight.flatten(1)
    return (weight - flat.mean(1)[:, None, None, None]) / (flat.std(1)[:, None, None, None] + 1e-5)


@pytest.mark.parametrize('options', [{}, dict(stride=2, padding=1, bias=False), dict(dilation=2, groups=2)], ids=str)
def test_standardised(options):
    layer = build_conv_layer(dict(type='ConvWS'), 4, 6, 3, **options)
    assert type(layer) is ConvWS2d
    x = torch.randn(2, 4, 9, 7)
    rest = (layer.stride, layer.padding, layer.dilation, layer.groups)
    expected = F.conv2d(x, standard(layer.weight), layer.bias, *rest)
    torch.testing.assert_close(layer(x), expected)
    torch.testing.assert_close(conv_ws_2d(x, layer.weight, layer.bias, *rest), expected)
    with torch.no_grad():  # neither scale nor shift of the weights matters
        layer.weight.mul_(3).add_(1)
    torch.testing.assert_close(layer(x), expected, atol=1e-4, rtol=1e-4)


def test_gradient():
    x, weight = (torch.randn(*shape, dtype=torch.double, requires_grad=True) for shape in ((1, 2, 4, 5), (2, 2, 3, 3)))
    assert torch.autograd.gradcheck(conv_ws_2d, (x, weight))


def test_epsilon():
    layer = build_conv_layer(dict(type='ConvWS', eps=1.0), 2, 2, 1)
    assert layer.eps == 1
    nn.init.zeros_(layer.weight)
    assert layer(torch.ones(1, 2, 3, 3)).isfinite().all()


def test_adaptive_starts_from_the_loaded_function():
    plain, adaptive = nn.Conv2d(4, 6, 3, padding=1), ConvAWS2d(4, 6, 3, padding=1)
    x = torch.randn(2, 4, 5, 6)
    assert not torch.allclose(adaptive(x), plain(x))
    assert adaptive.load_state_dict(plain.state_dict()).missing_keys == []
    torch.testing.assert_close(adaptive(x), plain(x), atol=1e-5, rtol=1e-4)


def test_adaptive_keeps_what_it_was_saved_with():
    saved, loaded = (build_conv_layer(dict(type='ConvAWS'), 4, 6, 3, groups=2) for _ in range(2))
    saved.weight_gamma.uniform_(0.1, 2)
    saved.weight_beta.uniform_(-1, 1)
    loaded.load_state_dict(saved.state_dict())
    x = torch.randn(2, 4, 5, 6)
    assert torch.equal(saved(x), loaded(x))


def test_adaptive_replaces_what_is_no_scale():
    plain, saved, loaded = nn.Conv2d(4, 6, 3), ConvAWS2d(4, 6, 3), ConvAWS2d(4, 6, 3)
    saved.load_state_dict(plain.state_dict())
    saved.weight_gamma.neg_()
    loaded.load_state_dict(saved.state_dict())
    x = torch.randn(2, 4, 5, 6)
    torch.testing.assert_close(loaded(x), plain(x), atol=1e-5, rtol=1e-4)


def test_adaptive_reports_what_is_missing():
    layer = ConvAWS2d(4, 6, 3)
    state = layer.state_dict()
    for keys, reported in ((['weight_beta'], ['weight_beta']), (['weight_gamma', 'weight_beta', 'bias'], ['bias'])):
        partial = {key: value for key, value in state.items() if key not in keys}
        assert layer.load_state_dict(partial, strict=False).missing_keys == reported


def test_in_a_module():
    module = ConvModule(4, 6, 3, conv_cfg=dict(type='ConvWS'), norm_cfg=dict(type='GN', num_groups=2))
    module(torch.randn(1, 4, 5, 5)).sum().backward()
    assert module.conv.weight.grad.isfinite().all()
