"""Convolutions that pad as TensorFlow does."""
import pytest
import torch
import torch.nn.functional as F

from mmcv.cnn import Conv2dAdaptivePadding, build_conv_layer
from mmcv.ops import conv2d


@pytest.mark.parametrize('kernel', [1, 2, 3, (5, 2)])
@pytest.mark.parametrize('stride', [1, 2, (3, 1)])
@pytest.mark.parametrize('dilation', [1, 2])
@pytest.mark.parametrize('size', [(9, 13), (8, 10), (1, 3)])
def test_output_is_input_over_stride(kernel, stride, dilation, size):
    layer = build_conv_layer(
        dict(type='Conv2dAdaptivePadding'), 4, 6, kernel, stride=stride, padding=7, dilation=dilation, groups=2)
    x = torch.randn(2, 4, *size, requires_grad=True)
    out = layer(x)
    assert out.shape[2:] == tuple(-(-n // s) for n, s in zip(size, layer.stride))
    missing = [max((-(-n // s) - 1) * s + (k - 1) * dilation + 1 - n, 0)
               for n, s, k in zip(size, layer.stride, layer.kernel_size)]
    (above, left), (rows, columns) = (n // 2 for n in missing), missing
    padded = F.pad(x, (left, columns - left, above, rows - above))
    expected = F.conv2d(padded, layer.weight, layer.bias, stride, 0, dilation, 2)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(*(torch.autograd.grad(y.sum(), x)[0] for y in (out, expected)))


@pytest.mark.parametrize('winograd', [True, False])
def test_many_channels(winograd):
    layer = Conv2dAdaptivePadding(256, 256, 3, bias=False)
    layer.winograd = winograd
    x = torch.randn(1, 256, 8, 9)
    torch.testing.assert_close(layer(x), F.conv2d(x, layer.weight, padding=1), atol=1e-4, rtol=1e-4)


def test_larger_tiles_are_taken_as_by_other_convolutions():
    layer = Conv2dAdaptivePadding(256, 256, 3, bias=False)
    layer.winograd = 4
    x = torch.randn(1, 256, 64, 65)
    with torch.no_grad():
        assert layer(x).equal(conv2d(x, layer.weight, None, (1, 1), (1, 1), winograd=4))
