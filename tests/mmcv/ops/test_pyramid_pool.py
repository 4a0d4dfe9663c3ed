"""Pools of several sizes in one read."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import pyramid_pool

PSPNET = [1, 2, 3, 6]
# Odd sizes, more bins than pixels, a single row, column and pixel, an empty batch, more channels than one group.
CASES = [((2, 3, 7, 5), PSPNET), ((1, 2, 6, 12), PSPNET), ((1, 2, 3, 4), [6, 1]), ((1, 2, 1, 9), PSPNET),
         ((1, 2, 9, 1), [3]), ((1, 1, 1, 1), [2]), ((0, 3, 7, 5), PSPNET), ((2, 70, 13, 11), [5, 2, 2])]


def samples():
    for shape, sizes in CASES:
        x = torch.randn(shape)
        yield x, sizes
        yield x.to(memory_format=torch.channels_last), sizes
    yield torch.randn(2, 3, 12, 10)[:, :, ::2, 1::2], PSPNET
    yield torch.randn(2, 5, 6, 3).permute(0, 3, 1, 2)[:, 1:], PSPNET
    yield torch.randn(2, 24, 40, 40), PSPNET  # just enough for two threads
    yield torch.randn(2, 128, 20, 20).to(memory_format=torch.channels_last), PSPNET


def backward_samples():
    for x, sizes in samples():
        bins = sum(size * size for size in sizes)
        for channels_last in (False, True):
            yield torch.randn(*x.shape[:2], bins), sizes, *x.shape[2:], channels_last
    yield torch.randn(2, 50, 3).mT, PSPNET, 7, 5, False


def invalid():
    x = torch.zeros(1, 3, 4, 5)
    yield x[0], [1]
    yield x[:, :0], [1]
    yield x[:, :, :0], [1]
    yield x, []
    yield x, [0]
    yield x, [1, -2]
    yield x, [100, 21]
    yield x, [1] * 17
    yield x.long(), [1]


def invalid_backward():
    grad = torch.zeros(1, 3, 5)
    yield grad, [1, 2], 0, 5, False
    yield grad, [1, 3], 4, 5, False
    yield grad, [], 4, 5, False
    yield grad[0], [1, 2], 4, 5, True
    yield grad.long(), [1, 2], 4, 5, True


SAMPLES = {'pyramid_pool': samples, 'pyramid_pool_backward': backward_samples}
INVALID = {'pyramid_pool': invalid, 'pyramid_pool_backward': invalid_backward}
NOT_DIFFERENTIABLE = {'pyramid_pool_backward': 'the gradient itself; the operator is linear'}


@pytest.mark.parametrize(('shape', 'sizes'), CASES)
@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_equals_adaptive_average_pools(shape, sizes, layout):
    x = torch.randn(shape, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    pools, expected = pyramid_pool(x, sizes), [F.adaptive_avg_pool2d(x, size) for size in sizes]
    torch.testing.assert_close(pools, expected)
    grads = [torch.randn_like(pool) for pool in expected]
    (gradient,), (expected_gradient,) = (torch.autograd.grad(maps, x, grads) for maps in (pools, expected))
    torch.testing.assert_close(gradient, expected_gradient)
    assert gradient.is_contiguous(memory_format=layout) or not x.numel()


@pytest.mark.parametrize('sizes', [[120, 1], [1] * 17])
def test_many_sizes_are_pooled_one_by_one(sizes):
    x = torch.randn(1, 2, 5, 7)
    torch.testing.assert_close(pyramid_pool(x, sizes), [F.adaptive_avg_pool2d(x, size) for size in sizes])


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_halves_are_summed_in_float32(dtype, layout):
    x = torch.randn(2, 70, 33, 65).add(3).to(dtype).to(memory_format=layout).requires_grad_()
    exact = x.detach().double().requires_grad_()
    pools, expected = pyramid_pool(x, PSPNET), [F.adaptive_avg_pool2d(exact, size) for size in PSPNET]
    step = torch.finfo(dtype).eps / 2  # one rounding, of the result
    for pool, double in zip(pools, expected):
        assert pool.dtype == dtype
        torch.testing.assert_close(pool.double(), double, rtol=1.01 * step, atol=1e-6)
    sum(pool.float().sum() for pool in pools).backward()
    sum(pool.sum() for pool in expected).backward()
    torch.testing.assert_close(x.grad.double(), exact.grad, rtol=3 * step, atol=0)


@pytest.mark.parametrize(('x', 'sizes', 'message'), [
    (torch.zeros(3, 4, 5), [1], r'x is torch.float32 \(3, 4, 5\); .*\(N, C, H, W\)'),
    (torch.zeros(1, 3, 4, 5).long(), [1], r'x is torch.int64'),
    (torch.zeros(1, 3, 4, 0), [1], r'one pixel'),
    (torch.zeros(1, 3, 4, 5), [], r'the sizes are \[\]; .*one at least'),
    (torch.zeros(1, 3, 4, 5), 3, r'the sizes are 3; .*positive integers'),
    (torch.zeros(1, 3, 4, 5), [1.5], r'the sizes are \[1.5\]; '),
    (torch.zeros(1, 3, 4, 5), [0, 2], r'the sizes are \[0, 2\]; .*positive'),
])
def test_wrong_arguments_are_one_clear_line(x, sizes, message):
    with pytest.raises(ValueError, match=rf'^pyramid_pool: .*{message}') as raised:
        pyramid_pool(x, sizes)
    assert '\n' not in str(raised.value)
