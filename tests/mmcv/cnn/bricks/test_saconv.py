"""Switchable atrous convolution."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import build_conv_layer
from mmcv.cnn.bricks.saconv import SAConv2d


def test_starts_as_the_plain_convolution():
    plain, layer = nn.Conv2d(4, 6, 3, 2, 1, bias=False), SAConv2d(4, 6, 3, 2, 1, bias=False)
    missing = layer.load_state_dict(plain.state_dict(), strict=False).missing_keys
    assert {key.partition('.')[0] for key in missing} == {'switch', 'weight_diff', 'pre_context', 'post_context'}
    x = torch.randn(2, 4, 7, 9)
    torch.testing.assert_close(layer(x), plain(x), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize('options', [
    dict(padding=1), dict(padding=2, dilation=2, groups=2, bias=False), dict(kernel_size=(3, 5), padding=(1, 2))])
def test_mixes_two_dilations(options):
    layer = build_conv_layer(dict(type='SAC'), 4, 6, **{'kernel_size': 3, **options}).double()
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.5)
    x = torch.randn(2, 4, 9, 8, dtype=torch.double, requires_grad=True)
    out = layer(x)
    context = x + F.conv2d(x.mean((2, 3), keepdim=True), layer.pre_context.weight, layer.pre_context.bias)
    smooth = F.avg_pool2d(nn.ReflectionPad2d(2)(context), 5, 1)
    switch = layer.switch(smooth)
    weight = layer._get_weight(layer.weight)
    three = [tuple(3 * n for n in pair) for pair in (layer.padding, layer.dilation)]
    near = F.conv2d(context, weight, None, 1, layer.padding, layer.dilation, layer.groups)
    far = F.conv2d(context, weight + layer.weight_diff, None, 1, *three, layer.groups)
    mixed = switch * near + (1 - switch) * far
    torch.testing.assert_close(out, mixed + layer.post_context(mixed.mean((2, 3), keepdim=True)))
    out.square().mean().backward()
    assert {name for name, p in layer.named_parameters() if p.grad is None} <= {'bias'}


def test_deformable():
    pytest.importorskip('torchvision')
    plain, deformable = SAConv2d(4, 6, 3, padding=1), SAConv2d(4, 6, 3, padding=1, use_deform=True)
    deformable.load_state_dict(plain.state_dict(), strict=False)
    x = torch.randn(1, 4, 7, 9)
    torch.testing.assert_close(deformable(x), plain(x), atol=1e-5, rtol=1e-4)  # all offsets are 0
    assert deformable.offset_l.out_channels == 18
    nn.init.normal_(deformable.offset_s.bias)
    assert not torch.allclose(deformable(x), plain(x), atol=1e-3)
