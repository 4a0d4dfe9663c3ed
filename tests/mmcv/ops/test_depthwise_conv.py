"""Depthwise convolutions side by side, with bias and slope."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import depthwise_conv

# x (N, C, H, W), kernel, stride, (padding, dilation) of each branch: odd sizes, uneven axes, taps that never meet the
# map, one tap, a row of many, more channels than a group, an empty batch.
CASES = [((2, 3, 5, 4), (3, 3), (1, 1), [((1, 1), (1, 1))]), ((1, 2, 7, 6), (3, 3), (2, 1), [((1, 0), (1, 2))]),
         ((1, 2, 5, 5), (3, 3), (1, 1), [((1, 1), (1, 1)), ((4, 4), (4, 4))]),
         ((1, 2, 4, 3), (1, 1), (1, 1), [((0, 0), (1, 1))]),
         ((1, 2, 3, 4), (1, 1), (2, 2), [((1, 1), (1, 1))]), ((1, 1, 2, 9), (1, 7), (1, 1), [((0, 3), (1, 1))]),
         ((1, 2, 3, 3), (3, 3), (1, 1), [((9, 9), (9, 9))]), ((0, 2, 5, 5), (3, 3), (1, 1), [((1, 1), (1, 1))])]
LARGE = [((2, 300, 33, 20), (5, 5), (1, 1), [((8, 8), (4, 4))]), ((1, 70, 40, 40), (3, 3), (2, 2), [((1, 1), (1, 1))])]


def arguments(case, like):
    shape, kernel, stride, branches = case
    kernels = len(branches) * shape[1]
    padding, dilation = ([side for branch in branches for side in branch[i]] for i in (0, 1))
    x, weight = torch.randn(shape).to(like), torch.randn(kernels, 1, *kernel).to(like)
    return x, weight, torch.randn(kernels).to(like), torch.randn(kernels).to(like), list(stride), padding, dilation


def samples():
    cases = [*((case, torch.float32) for case in CASES), *((case, torch.float64) for case in LARGE)]
    for index, (case, like) in enumerate(cases):
        x, weight, bias, slope, *geometry = arguments(case, like)
        yield x, weight, bias, slope, *geometry
        of_pixels = (None, slope) if index % 2 else (bias, None)
        yield x.to(memory_format=torch.channels_last), weight, *of_pixels, *geometry
    x, weight = torch.randn(1, 6, 9, 8), torch.randn(5, 1, 3, 3)
    yield x[:, ::2, 1:, ::2], weight[1:4].mT, torch.randn(6)[::2], None, [1, 1], [1, 1], [1, 1]
    yield x.to(memory_format=torch.channels_last)[:, 1:, :, 2:], weight, None, None, [1, 1], [1, 1], [1, 1]
    yield x[:, :1].expand(2, 5, -1, -1), weight, None, torch.randn(1).expand(5), [1, 1], [1, 1], [1, 1]


def invalid():
    x, weight, one = torch.zeros(1, 3, 5, 5), torch.zeros(3, 1, 3, 3), [1, 1]
    yield x[0], weight, None, None, one, one, one
    yield x[:, :0], weight[:0], None, None, one, one, one
    yield x[:, :, :0], weight, None, None, one, one, one
    yield x, weight[:2], None, None, one, one, one
    yield x, weight.expand(3, 2, 3, 3), None, None, one, one, one
    yield x, weight[:, :, :0], None, None, one, one, one
    yield x, weight.double(), None, None, one, one, one
    yield x, weight, torch.zeros(2), None, one, one, one
    yield x, weight, None, torch.zeros(3).double(), one, one, one
    yield x, weight, None, None, [1], one, one
    yield x, weight, None, None, [0, 1], one, one
    yield x, weight, None, None, one, [], []
    yield x, weight, None, None, one, [1, 1, 1], [1, 1, 1]
    yield x, weight, None, None, one, one, [1, 1, 2, 2]
    yield x, weight, None, None, one, [-1, 1], one
    yield x, weight, None, None, one, one, [4, 1]
    yield x, weight.repeat(2, 1, 1, 1), None, None, one, [1, 1, 1, 1], [1, 1, 2, 2]
    yield x.half(), weight.half(), None, None, one, one, one


SAMPLES = {'depthwise_conv': samples}
INVALID = {'depthwise_conv': invalid}


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('case', CASES + LARGE)
def test_equals_torch_with_all_gradients(case, layout):
    x, weight, bias, slope, stride, padding, dilation = arguments(case, torch.float64)
    inputs = [tensor.requires_grad_() for tensor in (x.to(memory_format=layout), weight, bias, slope)]
    y = depthwise_conv(*inputs, stride, padding, dilation)
    parts = zip(*(tensor.chunk(len(padding) // 2) for tensor in (weight, bias)))
    expected = torch.cat([
        F.conv2d(inputs[0], w, b, stride, padding[2 * i:2 * i + 2], dilation[2 * i:2 * i + 2], x.shape[1])
        for i, (w, b) in enumerate(parts)], 1)
    expected = F.prelu(expected, slope)
    torch.testing.assert_close(y, expected)
    assert y.is_contiguous(memory_format=torch.channels_last) or not y.numel()
    grad = torch.randn_like(expected)
    torch.testing.assert_close(torch.autograd.grad(y, inputs, grad), torch.autograd.grad(expected, inputs, grad))


def test_a_slope_of_0_is_a_relu():
    x = torch.randn(2, 5, 6, 7)
    y = depthwise_conv(x, torch.ones(5, 1, 1, 1), slope=torch.zeros(5))
    assert y.add(0).equal(x.relu())  # -0 is 0
