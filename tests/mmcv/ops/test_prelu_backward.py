"""Gradients of a PReLU."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import has_kernel, prelu_backward

# Single values, fewer than share registers, more, several planes; nothing at all.
SHAPES = [(2, 3), (1, 1, 1), (2, 3, 5, 7), (3, 2, 200), (2, 5, 33, 64), (0, 3, 4, 4), (2, 3, 0, 4), (2, 0, 3)]


def samples():
    for shape in SHAPES:
        for like in (torch.float32, torch.float64):
            yield *torch.randn(2, *shape).to(like).unbind(), torch.randn(shape[1]).to(like)
    x = torch.randn(2, 4, 6, 5)
    yield x.mT, x.clone().mT, torch.randn(8)[::2]
    yield x[:, :1].expand_as(x), x.to(memory_format=torch.channels_last), torch.randn(1).expand(4)
    yield torch.ones(1, 2, 3), torch.zeros(1, 2, 3), torch.randn(2)


def invalid():
    x, weight = torch.zeros(1, 3, 5), torch.zeros(3)
    yield x[0, 0], x[0, 0], weight
    yield x, x, weight[:2]
    yield x, x, weight[:, None]
    yield x[:, :2], x, weight
    yield x[..., None], x, weight
    yield x.double(), x, weight
    yield x, x, weight.double()
    yield x.half(), x.half(), weight.half()


SAMPLES = {'prelu_backward': samples}
INVALID = {'prelu_backward': invalid}
NOT_DIFFERENTIABLE = {'prelu_backward': 'a gradient; where it is to be differentiated, plain PyTorch computes it'}


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_equals_torch_at_zero_and_beyond_numbers_too(layout):
    x = torch.randn(2, 3, 17, 9).to(memory_format=layout)
    x[0, :, 0, :4] = torch.tensor([0., -0., torch.inf, torch.nan])
    x, weight, grad = x.requires_grad_(), torch.randn(3, requires_grad=True), torch.randn_like(x)
    expected = torch.autograd.grad(F.prelu(x, weight), (x, weight), grad)
    with torch.no_grad():
        torch.testing.assert_close(prelu_backward(grad, x, weight), expected, equal_nan=True)


@pytest.mark.skipif(not has_kernel('prelu_backward', torch.zeros(1)), reason='no compiled kernel')
def test_the_kernel_is_for_contiguous_maps_whose_gradients_are_final():
    called = []

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            called.append(str(function))
            return function(*args, **(kwargs or {}))

    x, weight = torch.randn(2, 3, 4, 5), torch.rand(3)
    for layout, recorded in ((torch.contiguous_format, False), (torch.contiguous_format, True),
                             (torch.channels_last, False)):
        called.clear()
        with Watch(), torch.set_grad_enabled(recorded):
            prelu_backward(x, x.to(memory_format=layout), weight)
        wanted = layout == torch.contiguous_format and not recorded
        assert ('mmcv.prelu_backward.default' in called) == wanted
