"""Convolutions by Winograd's minimal filtering."""

import os
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch.nn import grad as gradients

from mmcv.ops import conv2d, has_kernel
from mmcv.ops.winograd_conv import LEAST_CHANNELS

# x (N, C, H, W), K, padding, dilation: odd sizes, less than a tile, one row, uneven axes, an empty batch.
CASES = [((1, 2, 5, 4), 3, (1, 1), (1, 1)), ((2, 1, 3, 3), 2, (0, 0), (1, 1)), ((1, 1, 1, 7), 1, (1, 2), (1, 2)),
         ((1, 2, 6, 5), 2, (2, 0), (2, 1)), ((1, 1, 4, 9), 2, (3, 4), (4, 3)), ((0, 2, 5, 5), 3, (1, 1), (1, 1))]
LARGE = [((2, 40, 33, 17), 24, (2, 2), (2, 2)), ((1, 70, 40, 40), 90, (1, 1), (1, 1))]  # several blocks and threads


def all_cases():
    """The cases, each with a type: sums over many channels are compared in float64."""
    yield from ((case, torch.float32) for case in CASES)
    yield from ((case, torch.float64) for case in LARGE)


def samples():
    for (shape, kernels, padding, dilation), like in all_cases():
        x, weight = torch.randn(shape).to(like), torch.randn(kernels, shape[1], 3, 3).to(like)
        yield x, weight, torch.randn(kernels).to(like), list(padding), list(dilation), False, 2
        yield x.to(memory_format=torch.channels_last), weight, None, list(padding), list(dilation), False, 2
        yield x, weight.transpose(0, 1).contiguous(), None, list(padding), list(dilation), True, 2
    x, weight = torch.randn(1, 6, 9, 8), torch.randn(3, 5, 3, 3)
    yield x[:, ::2, 1:, ::2], weight[:2, 1:4], torch.randn(6)[::3], [1, 1], [1, 1], False, 2
    yield x[:, 1:4], weight.mT, None, [1, 1], [2, 1], True, 2
    yield x.to(memory_format=torch.channels_last)[:, :5, :, 2:], weight, None, [1, 1], [1, 1], False, 2
    yield x[:, :1].expand(2, 5, -1, -1), weight, None, [1, 1], [1, 1], False, 2
    for shape, kernels, padding, dilation in CASES:  # of 4x4 outputs, whose tiles rarely end with the map
        x, weight = torch.randn(shape, dtype=torch.float64), torch.randn(kernels, shape[1], 3, 3, dtype=torch.float64)
        yield x, weight, torch.randn(kernels).double(), list(padding), list(dilation), False, 4
        yield x, weight.transpose(0, 1).contiguous(), None, list(padding), list(dilation), True, 4


def weight_samples():
    for (shape, kernels, padding, dilation), like in all_cases():
        x = torch.randn(shape).to(like)
        size = [side + 2 * p - 2 * d for side, p, d in zip(shape[2:], padding, dilation)]
        grad = torch.randn(shape[0], kernels, *size).to(like)
        yield grad, x, list(padding), list(dilation)
        yield grad.to(memory_format=torch.channels_last), x, list(padding), list(dilation)
    yield torch.randn(1, 4, 3, 5).mT[:, ::2], torch.randn(1, 5, 5, 3)[:, 1:4], [1, 1], [1, 1]


def invalid():
    x, weight = torch.zeros(1, 3, 5, 5), torch.zeros(2, 3, 3, 3)
    yield x[0], weight, None, [1, 1], [1, 1], False, 2
    yield x, weight[:, :2], None, [1, 1], [1, 1], False, 2
    yield x, weight, None, [1, 1], [1, 1], True, 2
    yield x, weight[..., :2], None, [1, 1], [1, 1], False, 2
    yield x, weight[:0], None, [1, 1], [1, 1], False, 2
    yield x[:, :0], weight[:, :0], None, [1, 1], [1, 1], False, 2
    yield x, weight, torch.zeros(3), [1, 1], [1, 1], False, 2
    yield x, weight.double(), None, [1, 1], [1, 1], False, 2
    yield x, weight, None, [1], [1, 1], False, 2
    yield x, weight, None, [-1, 1], [1, 1], False, 2
    yield x, weight, None, [1, 1], [0, 1], False, 2
    yield x, weight, None, [0, 0], [3, 1], False, 2
    yield x[:, :, :0], weight, None, [2, 1], [1, 1], False, 2
    yield x.half(), weight.half(), None, [1, 1], [1, 1], False, 2
    yield x, weight, None, [1, 1], [1, 1], False, 3


def invalid_weight():
    x, grad = torch.zeros(1, 3, 5, 5), torch.zeros(1, 2, 5, 5)
    yield grad[0], x, [1, 1], [1, 1]
    yield grad, x, [0, 1], [1, 1]
    yield grad, x.repeat(2, 1, 1, 1), [1, 1], [1, 1]
    yield grad[:, :0], x, [1, 1], [1, 1]
    yield grad.double(), x, [1, 1], [1, 1]
    yield grad, x, [1, 1], [1]


SAMPLES = {'winograd_conv': samples, 'winograd_conv_weight': weight_samples}
INVALID = {'winograd_conv': invalid, 'winograd_conv_weight': invalid_weight}

compiled = pytest.mark.skipif(not has_kernel('winograd_conv', torch.zeros(1)), reason='no compiled kernel')


@pytest.mark.parametrize('edge', [2, 4])
@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(('shape', 'kernels', 'padding', 'dilation'), CASES + LARGE)
def test_equals_torch_with_both_gradients(shape, kernels, padding, dilation, layout, edge):
    x = torch.randn(shape, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    weight = torch.randn(kernels, shape[1], 3, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(kernels, dtype=torch.float64, requires_grad=True)
    y = torch.ops.mmcv.winograd_conv(x, weight, bias, padding, dilation, False, edge)
    expected = F.conv2d(x, weight, bias, 1, padding, dilation)
    torch.testing.assert_close(y, expected)
    assert y.is_contiguous(memory_format=layout) or not y.numel() or shape[1] == 1  # both layouts at once
    grad = torch.randn_like(expected)
    torch.testing.assert_close(torch.autograd.grad(y, (x, weight, bias), grad),
                               torch.autograd.grad(expected, (x, weight, bias), grad))


@pytest.mark.parametrize('view', [
    lambda x: x.contiguous(), lambda x: x, lambda x: x[:, :, 1:, 2:], lambda x: x[:, :3], lambda x: x.mT,
    lambda x: x[:, :1].expand(-1, 4, -1, -1), lambda x: x[:1].expand(3, -1, -1, -1), lambda x: x[:1],
    lambda x: x[:, :, :, ::2], lambda x: x.transpose(0, 1), lambda x: x.contiguous()[..., 1:],
    lambda x: x[:1, :1, :1, :1].expand(2, 4, 6, 7), lambda x: x[:, :, :1], lambda x: x[:, :, :, :1],
])
def test_lies_in_memory_as_torch_lays_it(view):
    x = view(torch.randn(2, 4, 6, 7, dtype=torch.float64).to(memory_format=torch.channels_last))
    weight = torch.randn(5, x.shape[1], 3, 3, dtype=torch.float64)
    y = torch.ops.mmcv.winograd_conv(x, weight, None, [1, 1], [1, 1], False, 2)
    expected = F.conv2d(x, weight, None, 1, 1)
    assert y.stride() == expected.stride()
    torch.testing.assert_close(y, expected)
    grad = torch.randn_like(expected)
    torch.testing.assert_close(torch.ops.mmcv.winograd_conv_weight(grad, x, [1, 1], [1, 1]),
                               gradients.conv2d_weight(x, weight.shape, grad, 1, 1))


@pytest.mark.parametrize('transposed', [False, True])
def test_is_differentiable_twice(transposed):
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(torch.ops.mmcv.winograd_conv, (x, weight, None, [1, 2], [1, 2], transposed, 2))


@compiled
@pytest.mark.parametrize('dilation', [1, 2])
def test_errors_of_float32_are_those_of_any_float32(dilation):
    x, weight = torch.randn(1, 512, 24, 24).relu(), torch.randn(256, 512, 3, 3) / 68
    exact = F.conv2d(x.double(), weight.double(), None, 1, dilation, dilation)
    args = [dilation] * 2, [dilation] * 2
    y = torch.ops.mmcv.winograd_conv(x, weight, None, *args, False, 2)
    direct = F.conv2d(x, weight, None, 1, dilation, dilation)
    ours, torchs = ((result - exact).square().mean().sqrt() for result in (y, direct))
    assert ours < 4 * torchs < 1e-5 * exact.std()
    grad = torch.randn_like(y)
    exact = gradients.conv2d_weight(x.double(), weight.shape, grad.double(), 1, dilation, dilation)
    ours = torch.ops.mmcv.winograd_conv_weight(grad, x, *args)
    assert (ours - exact).square().mean().sqrt() < 1e-6 * exact.std()


@compiled
@pytest.mark.parametrize('channels', [256, 2048])
def test_errors_of_larger_tiles_stay_under_a_hundred_thousandth(channels):
    x, weight = torch.randn(1, channels, 24, 24).relu(), torch.randn(256, channels, 3, 3) / channels ** 0.5
    exact = F.conv2d(x.double(), weight.double(), None, 1, 1)
    y = torch.ops.mmcv.winograd_conv(x, weight, None, [1, 1], [1, 1], False, 4)
    assert (y - exact).abs().max() < 5e-6 * exact.abs().max()


class Calls(torch.utils._python_dispatch.TorchDispatchMode):
    """The names of the operators that run."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        self.names.append(operator.name())
        return operator(*args, **(kwargs or {}))


def chosen(x, weight, *args):
    """The result of conv2d, and whether it went Winograd's way."""
    with Calls() as calls:
        y = conv2d(x, weight, *args)
    return y, 'mmcv::winograd_conv' in calls.names


def wide():
    return torch.randn(1, LEAST_CHANNELS, 32, 33), torch.randn(LEAST_CHANNELS, LEAST_CHANNELS, 3, 3)


@compiled
def test_conv2d_takes_it_where_it_pays():
    x, weight = wide()
    y, winograd = chosen(x, weight, None, (1, 1), (2, 2), (2, 2))
    assert winograd
    torch.testing.assert_close(y, F.conv2d(x, weight, None, 1, 2, 2), rtol=1e-4, atol=1e-3)


@compiled
def test_larger_tiles_are_for_inference():
    x, weight = torch.randn(4, LEAST_CHANNELS, 32, 33), wide()[1]
    with torch.no_grad():
        y, winograd = chosen(x, weight, None, (1, 1), (1, 1), (1, 1), 1, 4)
        assert winograd
        assert y.equal(torch.ops.mmcv.winograd_conv(x, weight, None, [1, 1], [1, 1], False, 4))
    recorded = conv2d(x, weight, None, (1, 1), (1, 1), (1, 1), 1, 4)
    assert recorded.equal(torch.ops.mmcv.winograd_conv(x, weight, None, [1, 1], [1, 1], False, 2))


@pytest.mark.parametrize(
    'case', ['stride', 'groups', 'kernel', 'narrow', 'small', 'double', 'padding', 'autocast', 'vmap'])
def test_conv2d_is_torchs_elsewhere(case):
    (x, weight), options = wide(), {}
    if case in ('stride', 'groups'):
        options[case] = (2, 2) if case == 'stride' else 2
        weight = weight[:, :weight.shape[1] // 2] if case == 'groups' else weight
    if case == 'kernel':
        weight = weight[..., :1, :1]
    if case == 'narrow':
        weight = weight[1:]
    if case == 'small':
        x = x[:, :, :31]
    if case == 'double':
        x, weight = x.double(), weight.double()
    if case == 'padding':
        options['padding'] = (3, 3)
    expected = F.conv2d(x, weight, None, **options)
    with Calls() as calls, torch.autocast('cpu', enabled=case == 'autocast'):
        if case == 'vmap':
            y = torch.vmap(conv2d, (0, None))(x[None], weight)[0]
        else:
            y = conv2d(x, weight, None, **options)
    assert 'mmcv::winograd_conv' not in calls.names
    assert y.dtype == (torch.bfloat16 if case == 'autocast' else expected.dtype)
    torch.testing.assert_close(y.to(expected), expected, rtol=1e-1 if case == 'autocast' else 1e-5, atol=1)


def test_conv2d_has_tangents():
    x, weight = wide()
    _, tangent = torch.func.jvp(lambda x: conv2d(x, weight), (x,), (x,))
    torch.testing.assert_close(tangent, F.conv2d(x, weight))


class Wide(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(wide()[1])

    def forward(self, x):
        return conv2d(x, self.weight)


def test_conv2d_exports_with_sizes_that_stay_open():
    module, sizes = Wide(), {axis: torch.export.Dim(f'd{axis}', min=4, max=64) for axis in (2, 3)}
    exported = torch.export.export(module, (wide()[0],), dynamic_shapes=[sizes])
    x = torch.randn(1, LEAST_CHANNELS, 5, 6)
    torch.testing.assert_close(exported.module()(x), module(x))


def test_wrong_shapes_are_torchs_error():
    x, weight = wide()
    with pytest.raises(RuntimeError, match='channels'):
        conv2d(x[:, 1:], weight)
    with pytest.raises(RuntimeError, match='Kernel size'):
        conv2d(x, weight, None, (1, 1), (0, 0), (40, 40))




STEPS = """
import torch
from mmcv.ops import conv2d
for channels in (1, 4, 8, 12, 16):
    x = torch.randn(2, channels, 64, 64).to(memory_format=torch.channels_last)
    weight = torch.randn(16, channels, 1, 1).to(memory_format=torch.channels_last)
    for _ in range(10):
        found, expected = [], []
        plain = x.double().contiguous(), weight.double().contiguous()
        for grads, (a, w) in ((found, (x, weight)), (expected, plain)):
            a, w = a.detach().requires_grad_(), w.detach().requires_grad_()
            y = (conv2d if grads is found else torch.nn.functional.conv2d)(a, w, None, (2, 2))
            grads += [y, *torch.autograd.grad(y.square().sum(), (a, w))]
        for one, other in zip(found, expected):
            torch.testing.assert_close(one.double(), other, rtol=1e-4, atol=1e-3)
    assert y.shape == (2, 16, 32, 32)
    assert channels == 1 or found[0].is_contiguous(memory_format=torch.channels_last)
"""


def test_steps_of_1x1_kernels_leave_the_heap_whole():
    """In a process of its own, as torch's own convolution ends it."""
    ended = subprocess.run([sys.executable, '-c', STEPS], env={**os.environ, 'MALLOC_CHECK_': '3'}, capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode()
