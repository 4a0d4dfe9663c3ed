"""Attention to a few places of several maps."""

import pytest
import torch
from bilinear import check_halves, pixel, with_grad

from mmcv.ops import (
    MultiScaleDeformableAttnFunction,
    _load,
    ms_deform_attn,
    multi_scale_deform_attn,
    multi_scale_deformable_attn_pytorch,
)

LEVELS = ((4, 5), (1, 3), (2, 1))


def arguments(samples=2, queries=3, heads=2, channels=4, points=2, levels=LEVELS, dtype=torch.float32):
    """Places well off the pixels' centres, where the derivatives jump, some of them beyond the borders."""
    shapes = torch.tensor(levels).view(-1, 2)
    areas = shapes.prod(1)
    size = (samples, queries, heads, len(shapes), points)
    pixels = torch.randint(-2, 7, (*size, 2)) + torch.rand(*size, 2) * 0.8 + 0.1
    places = (pixels + 0.5) / shapes.flip(1)[:, None]
    return (torch.randn(samples, int(areas.sum()), heads, channels, dtype=dtype), shapes, areas.cumsum(0) - areas,
            places.to(dtype), torch.randn(size, dtype=dtype))


def samples():
    yield arguments()
    yield arguments(dtype=torch.float64)
    for channels in (1, 3, 8, 24, 100):  # of blocks of every width
        yield arguments(1, 5, 2, channels, dtype=torch.float32 if channels < 16 else torch.float64)
    yield arguments(1, 5, 2, 40)
    yield arguments(0)
    yield arguments(queries=0)
    yield arguments(3, 300, 4, 16, 4, ((20, 30), (10, 15)), torch.float64)  # enough for several threads
    value, shapes, _, places, weights = arguments(1)
    yield value.flip(1), shapes.flip(0), torch.tensor([21, 15, 3]), places, weights  # in any order, with gaps
    yield (value[:, ::2, :, 1:], shapes[1:], torch.tensor([1, 0]), places[:, :, :, 1:].mT.contiguous().mT,
           weights[..., 1:, :])
    yield value, shapes, torch.tensor([0, 20, 23]), places.floor(), weights
    yield value, shapes, torch.tensor([0, 20, 23]), places.fill_(float('nan')), weights
    yield value, shapes, torch.tensor([0, 20, 23]), torch.full_like(places, float('inf')), weights


def backward_samples():
    for value, *others in samples():
        queries = others[2].size(1)
        yield torch.randn(value.size(0), queries, value.size(2) * value.size(3), dtype=value.dtype), value, *others


def invalid():
    value, shapes, starts, places, weights = arguments()
    yield value[0], shapes, starts, places, weights
    yield value[:1], shapes, starts, places, weights
    yield value[:, :, :1], shapes, starts, places, weights
    yield value[:, 1:], shapes, starts, places, weights
    yield value, shapes, starts + 1, places, weights
    yield value, shapes, starts - 1, places, weights
    yield value, shapes * 2, starts, places, weights
    yield value, shapes * 2**62, starts, places, weights
    yield value, -shapes, starts, places, weights
    yield value, shapes[1:], starts, places, weights
    yield value, shapes, starts[1:], places, weights
    yield value, shapes.int(), starts, places, weights
    yield value, shapes, starts, places[..., :1], weights
    yield value, shapes, starts, places, weights[:, 1:]
    yield value, shapes, starts, places.double(), weights
    yield value, shapes, starts, places.half(), weights.half()
    yield value.long(), shapes, starts, places, weights


def invalid_backward():
    value, *others = arguments()
    grad = torch.zeros(2, 3, 8)
    for args in invalid():
        yield grad, *args
    yield grad[:, 1:], value, *others
    yield grad[..., 1:], value, *others
    yield grad.double(), value, *others


SAMPLES = {'ms_deform_attn': samples, 'ms_deform_attn_backward': backward_samples}
INVALID = {'ms_deform_attn': invalid, 'ms_deform_attn_backward': invalid_backward}
NOT_DIFFERENTIABLE = {'ms_deform_attn_backward': 'the gradient itself'}


def by_hand(value, shapes, starts, places, weights):
    """One sample after the other, as the paper writes it."""
    out = torch.zeros(*weights.shape[:3], value.size(3), dtype=value.dtype)
    for n, q, m, level, p in torch.cartesian_prod(*map(torch.arange, weights.shape)).tolist():
        height, width = shapes[level].tolist()
        x, y = (places[n, q, m, level, p] * torch.tensor([width, height]) - 0.5).tolist()
        plane = value[n, starts[level]:starts[level] + height * width, m].unflatten(0, (height, width))
        out[n, q, m] += weights[n, q, m, level, p] * pixel(plane, y, x)
    return out.flatten(2)


@pytest.mark.parametrize('attend', [
    ms_deform_attn, MultiScaleDeformableAttnFunction.apply,
    lambda value, shapes, starts, *rest: multi_scale_deformable_attn_pytorch(value, shapes, *rest),
    lambda value, shapes, starts, *rest: multi_scale_deformable_attn_pytorch(value, shapes.tolist(), *rest)])
def test_adds_up_samples(attend):
    args = arguments(dtype=torch.float64)
    torch.testing.assert_close(attend(*args), by_hand(*args))


def test_has_the_gradients_of_grid_sample():
    args, leaves = with_grad(arguments(2, 9, 3, 24, 4, dtype=torch.float64))
    out = ms_deform_attn(*args)
    expected = multi_scale_deformable_attn_pytorch(args[0], args[1], *args[3:])
    grad = torch.randn_like(out)
    torch.testing.assert_close(torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad))


def test_where_the_order_of_sums_matters_plain_pytorch_differentiates(monkeypatch):
    args, leaves = with_grad(arguments(dtype=torch.float64))
    expected = torch.autograd.grad(ms_deform_attn(*args).square().sum(), leaves)
    monkeypatch.setattr(multi_scale_deform_attn, 'must_be_deterministic', lambda like: True)
    monkeypatch.setattr(multi_scale_deform_attn, '_attend_backward', None)
    torch.testing.assert_close(torch.autograd.grad(ms_deform_attn(*args).square().sum(), leaves), expected)


@pytest.mark.gpu
def test_is_deterministic_on_a_gpu_where_wanted():
    args, leaves = with_grad([arg.cuda() for arg in arguments(3, 500, 4, 16, 4)])
    torch.use_deterministic_algorithms(True)
    try:
        first, *others = (torch.autograd.grad(ms_deform_attn(*args).square().sum(), leaves) for _ in range(5))
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(torch.equal(a, b) for other in others for a, b in zip(first, other))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('device', ['cpu', pytest.param('cuda', marks=pytest.mark.gpu)])
def test_halves_are_added_up_as_floats(dtype, device):
    args = [arg.to(device) for arg in arguments(2, 50, 2, 32, 4)]
    check_halves(ms_deform_attn, [args[0].to(dtype), *args[1:]], atol=1e-3)


def test_places_of_a_half_type_are_taken():
    value, shapes, starts, places, weights = arguments()
    out = ms_deform_attn(value.half(), shapes.int(), starts.int(), places.half(), weights.half())
    expected = ms_deform_attn(value, shapes, starts, places.half().float(), weights)
    torch.testing.assert_close(out.float(), expected, rtol=0.01, atol=0.01)


@pytest.mark.gpu
def test_a_level_that_does_not_fit_is_nan_on_a_gpu():
    """Its shape is on the device: nothing is read beyond the memory, and nobody waits to say so."""
    value, shapes, starts, places, weights = (arg.cuda() for arg in arguments())
    assert ms_deform_attn(value[:, 1:], shapes, starts, places, weights).isnan().all()


def test_is_compiled_as_one_operator():
    args, leaves = with_grad(arguments())
    compiled = torch.compile(ms_deform_attn, backend='aot_eager', fullgraph=True)
    out, expected = compiled(*args), ms_deform_attn(*args)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(torch.autograd.grad(out.sum(), leaves), torch.autograd.grad(expected.sum(), leaves))


def test_torch_func_sees_operators_of_torch():
    value, *others = arguments(dtype=torch.float64)
    slope = torch.func.grad(lambda value: ms_deform_attn(value, *others).square().sum())(value)
    value.requires_grad_()
    torch.testing.assert_close(slope, torch.autograd.grad(ms_deform_attn(value, *others).square().sum(), value)[0])


@pytest.mark.filterwarnings('ignore::torch.jit.TracerWarning')  # the shapes of the levels are constants
def test_is_traced_in_operators_of_torch():
    value, shapes, _, places, weights = arguments()
    args = shapes.flip(0), torch.tensor([23, 20, 0]), places, weights
    traced = torch.jit.trace(lambda value: ms_deform_attn(value, *args), value, check_trace=False)
    torch.testing.assert_close(traced(value), ms_deform_attn(value, *args))
    assert 'mmcv::' not in str(traced.inlined_graph)


@pytest.mark.parametrize(('position', 'change', 'message'), [
    (0, lambda value: value[0], r'value is \(25, 2, 4\), sampling_locations \(2, 3, 2, 3, 2, 2\) and '),
    (3, lambda places: places[..., 0], r'value is \(2, 25, 2, 4\), sampling_locations \(2, 3, 2, 3, 2\) '),
    (4, lambda weights: weights[:1], r'.* attention_weights \(1, 3, 2, 3, 2\); they must be \(N, S, M, D\), '),
    (1, lambda shapes: shapes[1:], r'spatial_shapes is \(2, 2\) .* with 3 levels they must be \(3, 2\) and \(3,\)$'),
    (0, lambda value: value.long(), 'value is torch.int64, .* they must be floating-point$'),
])
def test_wrong_arguments_are_one_clear_line(position, change, message):
    args = list(arguments())
    args[position] = change(args[position])
    with pytest.raises(ValueError, match=f'^ms_deform_attn: {message}'):
        ms_deform_attn(*args)


def test_the_reference_is_differentiable_by_itself():
    args, leaves = with_grad(arguments(dtype=torch.float64))
    reference = _load.OPERATORS['ms_deform_attn'].reference
    assert torch.autograd.gradcheck(lambda *some: reference(some[0], *args[1:3], *some[1:]), leaves)
