"""Upsampling layers."""

import torch
from torch import nn

from mmcv.cnn import build_upsample_layer
from mmcv.cnn.bricks.upsample import CARAFEPack


def test_carafe_starts_as_a_mean_over_the_kernel():
    layer = build_upsample_layer(dict(type='carafe', channels=4, scale_factor=2, up_kernel=3))
    assert isinstance(layer, CARAFEPack)
    assert list(layer.state_dict()) == [f'{name}.{part}' for name in ('channel_compressor', 'content_encoder')
                                        for part in ('weight', 'bias')]
    x = torch.randn(2, 4, 5, 6)
    mean = nn.functional.avg_pool2d(x, 3, 1, 1)
    torch.testing.assert_close(layer(x), nn.functional.interpolate(mean, scale_factor=2), rtol=0, atol=0.02)


def test_kernels_of_carafe_are_softmaxes_of_their_own_channels():
    layer = CARAFEPack(4, 2, up_kernel=3, up_group=2, encoder_kernel=5, encoder_dilation=2, compressed_channels=3)
    with torch.no_grad():
        layer.content_encoder.bias[4 * 13:4 * 14] = 100  # of the second group the tap in the middle
    x = torch.randn(1, 4, 5, 6)
    out = layer(x)
    torch.testing.assert_close(out[:, 2:], nn.functional.interpolate(x[:, 2:], scale_factor=2))
    out.square().sum().backward()
    assert all(parameter.grad is not None for parameter in layer.parameters())
