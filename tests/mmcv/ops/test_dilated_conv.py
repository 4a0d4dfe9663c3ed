"""Convolutions most of whose taps lie in the padding."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import conv2d, has_kernel
from mmcv.ops.dilated_conv import DilatedConv, products
from mmcv.ops.winograd_conv import LEAST_CHANNELS

# Height and width, padding, dilation: some taps partly outside, some wholly, both at once, no padding, more than same.
CASES = [((9, 7), (4, 4), (4, 4)), ((5, 6), (8, 8), (8, 8)), ((6, 20), (6, 6), (6, 6)), ((9, 9), (0, 0), (4, 4)),
         ((5, 8), (7, 2), (4, 1))]


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(('size', 'padding', 'dilation'), CASES)
def test_equals_torch_with_all_gradients(size, padding, dilation, layout):
    x = torch.randn(2, 3, *size, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    weight = torch.randn(4, 3, 3, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(4, dtype=torch.float64, requires_grad=True)
    y = DilatedConv.apply(x, weight, bias, padding, dilation)
    expected = F.conv2d(x, weight, bias, 1, padding, dilation)
    torch.testing.assert_close(y, expected)
    grad = torch.randn_like(expected)
    torch.testing.assert_close(torch.autograd.grad(y, (x, weight, bias), grad),
                               torch.autograd.grad(expected, (x, weight, bias), grad))


def test_is_differentiable_twice():
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(DilatedConv.apply, (x, weight, None, (3, 3), (3, 3)))


@pytest.mark.parametrize(('size', 'padding', 'dilation'), CASES)
def test_products_are_those_with_pixels(size, padding, dilation):
    met = F.conv2d(torch.ones(1, 1, *size), torch.ones(1, 1, 3, 3), None, 1, padding, dilation)
    assert products(size, padding, dilation) == met.sum()


@pytest.mark.skipif(not has_kernel('winograd_conv', torch.zeros(1)), reason='no compiled kernel')
@pytest.mark.parametrize('frozen', [False, True])
def test_conv2d_takes_it_where_it_pays(frozen):
    x = torch.randn(1, LEAST_CHANNELS, 32, 33, requires_grad=True)
    weight = torch.randn(LEAST_CHANNELS, LEAST_CHANNELS, 3, 3, requires_grad=not frozen)
    y = conv2d(x, weight, None, (1, 1), (24, 24), (24, 24))
    assert ('DilatedConv' in type(y.grad_fn).__name__) != frozen
    expected = F.conv2d(x, weight, None, 1, 24, 24)
    torch.testing.assert_close(y, expected, rtol=1e-4, atol=1e-3)
    wanted = (x,) if frozen else (x, weight)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), wanted), torch.autograd.grad(expected.sum(), wanted),
                               rtol=1e-4, atol=2e-3)
