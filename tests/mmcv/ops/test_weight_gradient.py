"""3x3 convolutions with ways of their own to the gradient of their weight."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import conv2d, has_kernel, winograd_conv
from mmcv.ops.weight_gradient import ConvOfOwnGradient, by_taps, products
from mmcv.ops.winograd_conv import LEAST_CHANNELS

WAYS = [by_taps, winograd_conv.winograd_conv_weight]

# Height and width, padding, dilation: some taps partly outside, some wholly, both at once, no padding, more than same.
CASES = [((9, 7), (4, 4), (4, 4)), ((5, 6), (8, 8), (8, 8)), ((6, 20), (6, 6), (6, 6)), ((9, 9), (0, 0), (4, 4)),
         ((5, 8), (7, 2), (4, 1))]


def own_conv(x, weight, bias, padding, dilation, way):
    gradient = partial(way, padding=padding, dilation=dilation)
    return ConvOfOwnGradient.apply(x, weight, bias, (1, 1), padding, dilation, 1, gradient)


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(('size', 'padding', 'dilation'), CASES)
@pytest.mark.parametrize('way', WAYS)
def test_equals_torch_with_all_gradients(way, size, padding, dilation, layout):
    x = torch.randn(2, 3, *size, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    weight = torch.randn(4, 3, 3, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(4, dtype=torch.float64, requires_grad=True)
    y = own_conv(x, weight, bias, padding, dilation, way)
    expected = F.conv2d(x, weight, bias, 1, padding, dilation)
    torch.testing.assert_close(y, expected)
    grad = torch.randn_like(expected)
    torch.testing.assert_close(torch.autograd.grad(y, (x, weight, bias), grad),
                               torch.autograd.grad(expected, (x, weight, bias), grad))


@pytest.mark.parametrize('way', WAYS)
def test_is_differentiable_twice(way):
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(own_conv, (x, weight, None, (3, 3), (3, 3), way))


@pytest.mark.parametrize(('size', 'padding', 'dilation'), CASES)
def test_products_are_those_with_pixels(size, padding, dilation):
    met = F.conv2d(torch.ones(1, 1, *size), torch.ones(1, 1, 3, 3), None, 1, padding, dilation)
    assert products(size, padding, dilation) == met.sum()


def equals_torch(x, weight, padding, dilation, own):
    y = conv2d(x, weight, None, (1, 1), padding, dilation)
    assert ('ConvOfOwnGradient' in type(y.grad_fn).__name__) == own
    expected = F.conv2d(x, weight, None, 1, padding, dilation)
    torch.testing.assert_close(y, expected, rtol=1e-4, atol=1e-3)
    wanted = [tensor for tensor in (x, weight) if tensor.requires_grad]
    torch.testing.assert_close(torch.autograd.grad(y.sum(), wanted), torch.autograd.grad(expected.sum(), wanted),
                               rtol=1e-4, atol=2e-3)


needs_kernel = pytest.mark.skipif(not has_kernel('winograd_conv', torch.zeros(1)), reason='no compiled kernel')


@needs_kernel
@pytest.mark.parametrize('frozen', [False, True])
def test_taps_where_most_lie_in_the_padding(frozen):
    x = torch.randn(1, LEAST_CHANNELS, 32, 33, requires_grad=True)
    weight = torch.randn(LEAST_CHANNELS, LEAST_CHANNELS, 3, 3, requires_grad=not frozen)
    equals_torch(x, weight, (24, 24), (24, 24), own=not frozen)


@needs_kernel
@pytest.mark.parametrize(('channels', 'kernels', 'layout', 'avx512', 'own'), [
    (64, 70, torch.contiguous_format, False, True), (64, 70, torch.contiguous_format, True, False),
    (48, 64, torch.contiguous_format, False, False), (48, 32, torch.channels_last, False, True),
    (3, 32, torch.channels_last, False, False), (48, 32, torch.channels_last, True, False),
])
def test_tiles_where_onednn_is_slow(monkeypatch, channels, kernels, layout, avx512, own):
    monkeypatch.setattr(winograd_conv, 'has_avx512', lambda: avx512)
    x = torch.randn(2, channels, 19, 18).to(memory_format=layout).requires_grad_()
    equals_torch(x, torch.randn(kernels, channels, 3, 3, requires_grad=True), (2, 2), (2, 2), own)


@needs_kernel
def test_steps_and_groups_are_torchs(monkeypatch):
    monkeypatch.setattr(winograd_conv, 'has_avx512', lambda: False)
    x, weight = torch.randn(2, 64, 32, 32), torch.randn(64, 64, 3, 3, requires_grad=True)
    for stride, part, groups in (((2, 2), weight, 1), ((1, 1), weight[:, :32], 2)):
        y = conv2d(x, part, None, stride, (1, 1), groups=groups)
        assert 'OwnGradient' not in type(y.grad_fn).__name__
        torch.testing.assert_close(y, F.conv2d(x, part, None, stride, 1, 1, groups))
