"""Depthwise convolutions side by side, with bias and slope."""

import sys

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import conv2d, depthwise_conv, has_kernel
from mmcv.ops.depthwise_conv import depthwise_conv_weight

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


def weight_samples():
    for case, like in [*((case, torch.float32) for case in CASES), (LARGE[0], torch.float64)]:
        x, weight, bias, _, *geometry = arguments(case, like)
        grad = torch.randn_like(depthwise_conv(x, weight, bias, None, *geometry))
        kernel = list(weight.shape[2:])
        yield grad, x, kernel, *geometry
        yield (grad.contiguous(), x.to(memory_format=torch.channels_last), kernel, *geometry)
    x = torch.randn(1, 6, 9, 8)
    yield torch.randn(2, 3, 6, 4)[1:], x[:, ::2, 1:, ::2], [3, 3], [1, 1], [0, 1], [1, 1]
    yield torch.randn(1, 1, 9, 1).expand(1, 5, 9, 6), x.to(memory_format=torch.channels_last)[:, 1:, :, 2:], \
        [3, 3], [1, 1], [1, 1], [1, 1]


def invalid_weight():
    grad, x, two, one = torch.zeros(1, 3, 5, 5), torch.zeros(1, 3, 5, 5), [3, 3], [1, 1]
    yield grad[0], x, two, one, one, one
    yield grad, x[0], two, one, one, one
    yield grad[:, :2], x, two, one, one, one
    yield grad[:, :, 1:], x, two, one, one, one
    yield grad[..., 1:], x, two, one, one, one
    yield grad.repeat(2, 1, 1, 1), x, two, one, one, one
    yield grad, x.double(), two, one, one, one
    yield grad, x, [3], one, one, one
    yield grad, x, [3, 0], one, one, one
    yield grad, x, two, [1], one, one
    yield grad, x, two, one, [], []
    yield grad, x, two, one, one, [1, 1, 2, 2]
    yield grad, x, two, one, one, [4, 1]
    yield grad.half(), x.half(), two, one, one, one


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


SAMPLES = {'depthwise_conv': samples, 'depthwise_conv_weight': weight_samples}
INVALID = {'depthwise_conv': invalid, 'depthwise_conv_weight': invalid_weight}
MODULE = sys.modules['mmcv.ops.depthwise_conv']
needs_kernel = pytest.mark.skipif(not has_kernel('depthwise_conv', torch.zeros(1)), reason='no compiled kernel')


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


@pytest.mark.parametrize('case', CASES)
def test_second_derivatives(case):
    x, weight, bias, _, *geometry = arguments(case, torch.float64)
    inputs = [tensor.requires_grad_() for tensor in (x[:1], weight, bias)]
    assert torch.autograd.gradgradcheck(lambda *given: depthwise_conv(*given, None, *geometry), inputs)


@needs_kernel
def test_gradients_of_weights_have_the_bits_of_one_thread():
    x = torch.randn(2, 70, 60, 50).to(memory_format=torch.channels_last)  # several pieces
    grad, before, weights = torch.randn_like(x), torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            weights.append(depthwise_conv_weight(grad, x, (3, 3), (1, 1), (2, 2), (2, 2)))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*weights)


@needs_kernel
def test_sums_of_many_pixels_stay_fine():
    x, grad = torch.rand(1, 3, 700, 800), torch.rand(1, 3, 700, 800)
    weight = depthwise_conv_weight(grad, x, (1, 3), (1, 1), (0, 1), (1, 1))
    exact = depthwise_conv_weight(grad.double(), x.double(), (1, 3), (1, 1), (0, 1), (1, 1))
    torch.testing.assert_close(weight.double(), exact, rtol=2e-6, atol=0)


def way_of(x, weight, stride, padding, dilation):
    """The name of what remembers how ``conv2d`` convolved, after comparing it with torch."""
    y = conv2d(x, weight, None, stride, padding, dilation, groups=x.shape[1])
    expected = F.conv2d(x, weight, None, stride, padding, dilation, groups=x.shape[1])
    torch.testing.assert_close(y, expected)
    assert y.is_contiguous(memory_format=torch.channels_last) == expected.is_contiguous(
        memory_format=torch.channels_last)
    wanted = [tensor for tensor in (x, weight) if tensor.requires_grad]
    grad = torch.randn_like(expected)
    for ours, torchs in zip(torch.autograd.grad(y, wanted, grad), torch.autograd.grad(expected, wanted, grad)):
        torch.testing.assert_close(ours, torchs, rtol=1e-4, atol=1e-4)
    return type(y.grad_fn).__name__


@needs_kernel
@pytest.mark.parametrize(('geometry', 'avx512', 'way'), [
    (((1, 1), (2, 2), (2, 2)), True, 'mmcv_depthwise_conv'), (((1, 1), (1, 1), (1, 1)), True, 'Convolution'),
    (((1, 1), (1, 1), (1, 1)), False, 'OwnGradient'), (((2, 2), (2, 2), (2, 2)), False, 'OwnGradient'),
    (((2, 1), (1, 1), (1, 1)), False, 'OwnGradient'), (((1, 1), (7, 7), (2, 2)), True, 'Convolution'),
])
def test_conv2d_takes_it_where_onednn_is_slow(monkeypatch, geometry, avx512, way):
    monkeypatch.setattr(MODULE, 'has_avx512', lambda: avx512)
    monkeypatch.setattr(MODULE, 'LEAST_CHANNELS_OF_3X3', 6)
    x = torch.randn(2, 6, 9, 10, requires_grad=True)
    last = torch.randn(2, 6, 9, 10).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(6, 1, 3, 3, requires_grad=True)
    assert way in way_of(last, weight, *geometry)
    assert 'Convolution' in way_of(x, weight, *geometry)  # contiguous maps are oneDNN's


@needs_kernel
@pytest.mark.parametrize(('channels', 'kernel', 'own'), [(16, 3, False), (64, 3, True), (15, 5, False), (16, 5, True)])
def test_few_channels_are_onednns(monkeypatch, channels, kernel, own):
    monkeypatch.setattr(MODULE, 'has_avx512', lambda: False)
    x = torch.randn(2, channels, 9, 10).to(memory_format=torch.channels_last)
    way = way_of(x, torch.randn(channels, 1, kernel, kernel, requires_grad=True), (1, 1), (1, 1), (1, 1))
    assert ('OwnGradient' in way) == own


@needs_kernel
def test_conv2d_asks_for_no_gradient_of_a_frozen_weight():
    x = torch.randn(2, 6, 9, 10).to(memory_format=torch.channels_last).requires_grad_()
    assert 'Convolution' in way_of(x, torch.randn(6, 1, 3, 3), (1, 1), (2, 2), (2, 2))
    far = torch.randn(2, 6, 19, 20).to(memory_format=torch.channels_last)
    assert 'depthwise' in way_of(far, torch.randn(6, 1, 3, 3, requires_grad=True), (1, 1), (8, 8), (8, 8))
    with torch.no_grad():
        torch.testing.assert_close(conv2d(far, torch.ones(6, 1, 3, 3), None, (1, 1), (8, 8), (8, 8), 6),
                                   F.conv2d(far, torch.ones(6, 1, 3, 3), None, 1, 8, 8, 6))
