"""Squeeze and excitation."""
import pytest
import torch
from torch import nn

from mmcv.cnn import HSigmoid
from mmseg.models.layers import SELayer


def test_scales_channels():
    layer, x = SELayer(32, ratio=2), torch.randn(2, 32, 5, 7, requires_grad=True)
    out = layer(x)
    mean = x.mean(dim=(2, 3), keepdim=True)
    torch.testing.assert_close(out, x * layer.conv2(layer.conv1(mean)))
    assert (out / x).flatten(2).std(dim=2).max() < 1e-5
    out.sum().backward()
    assert x.grad.isfinite().all()


def test_widths_and_activations():
    layer = SELayer(24, ratio=16)
    assert (layer.conv1.out_channels, layer.conv2.out_channels) == (8, 24)
    assert isinstance(layer.conv1.activate, nn.ReLU)
    assert isinstance(layer.conv2.activate, HSigmoid)
    both = SELayer(24, act_cfg=dict(type='Sigmoid'))
    assert type(both.conv1.activate) is type(both.conv2.activate) is nn.Sigmoid
    assert isinstance(SELayer(24, act_cfg=[dict(type='Tanh'), dict(type='Swish')]).conv1.activate, nn.Tanh)


@pytest.mark.parametrize('act_cfg', [(dict(type='ReLU'),), ('ReLU', 'ReLU'), [dict(type='ReLU')] * 3])
def test_arguments(act_cfg):
    with pytest.raises(ValueError, match='act_cfg'):
        SELayer(24, act_cfg=act_cfg)
