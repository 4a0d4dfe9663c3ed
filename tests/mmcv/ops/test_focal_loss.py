"""Focal losses."""

import math

import pytest
import torch

from mmcv.ops import SigmoidFocalLoss, SoftmaxFocalLoss, _load, sigmoid_focal_loss, softmax_focal_loss

LOSSES = [sigmoid_focal_loss, softmax_focal_loss]


def classes(rows, count):
    """Classes, and some values below and above them."""
    return torch.randint(-1, count + 1, (rows,))


def samples():
    for dtype in (torch.float32, torch.float64):
        yield torch.randn(7, 5, dtype=dtype), classes(7, 5), 2.0, 0.25
    yield torch.randn(0, 5), classes(0, 5), 2.0, 0.25
    yield torch.randn(4, 1), classes(4, 1), 2.0, 0.25
    yield torch.randn(6, 9).t(), classes(9, 6), 1.5, 0.5
    yield torch.randn(5, 4), classes(5, 4), 1.7, 0.3  # neither of which a float holds
    yield torch.randn(7, 10)[:, ::2], classes(14, 5)[::2], 0.0, 0.25
    yield torch.tensor([[90.0, -90.0, 0.0], [-90.0, 90.0, 1.0]], dtype=torch.float64), torch.tensor([0, 0]), 2.0, 0.25
    yield torch.randn(3000, 21), classes(3000, 21), 2.0, 0.25  # enough for several threads


def grad_samples(rows_only):
    for logits, *others in samples():
        shape = logits.shape[:1] if rows_only else logits.shape
        yield torch.rand(shape, dtype=logits.dtype), logits, *others


def invalid():
    logits, target = torch.zeros(4, 3), torch.zeros(4).long()
    yield logits, target[:3], 2.0, 0.25
    yield logits[0], target, 2.0, 0.25
    yield logits, target.int(), 2.0, 0.25
    yield logits.long(), target, 2.0, 0.25


def invalid_grads(rows_only):
    grad = torch.zeros(4) if rows_only else torch.zeros(4, 3)
    for args in invalid():
        yield grad, *args
    logits, target = torch.zeros(4, 3), torch.zeros(4).long()
    yield grad[:3], logits, target, 2.0, 0.25
    yield grad.double(), logits, target, 2.0, 0.25
    yield torch.zeros(()), logits, target, 2.0, 0.25


SAMPLES = {
    'sigmoid_focal_loss': samples,
    'sigmoid_focal_loss_backward': lambda: grad_samples(rows_only=False),
    'softmax_focal_loss': samples,
    'softmax_focal_loss_backward': lambda: grad_samples(rows_only=True),
}
INVALID = {
    'sigmoid_focal_loss': invalid,
    'sigmoid_focal_loss_backward': lambda: invalid_grads(rows_only=False),
    'softmax_focal_loss': invalid,
    'softmax_focal_loss_backward': lambda: invalid_grads(rows_only=True),
}
NOT_DIFFERENTIABLE = {name: 'is a gradient itself' for name in SAMPLES if name.endswith('backward')}


def by_hand(softmax, logits, target, gamma, alpha):
    """The losses as the paper writes them, one number after the other."""
    losses = []
    for row, label in zip(logits.tolist(), target.tolist()):
        if softmax:
            p = math.exp(row[label]) / sum(map(math.exp, row)) if 0 <= label < len(row) else 1
            losses.append(-alpha * (1 - p) ** gamma * math.log(p))
        else:
            probs = [1 / (1 + math.exp(-x if c == label else x)) for c, x in enumerate(row)]
            losses.append([-(alpha if c == label else 1 - alpha) * (1 - p) ** gamma * math.log(p)
                           for c, p in enumerate(probs)])
    return torch.tensor(losses, dtype=torch.float64)


@pytest.mark.parametrize('gamma', [2.0, 0.0, 0.7])
@pytest.mark.parametrize('loss', LOSSES)
def test_equals_the_formula_of_the_paper(loss, gamma):
    logits, target = torch.randn(9, 4, dtype=torch.float64), torch.tensor([0, 1, 2, 3, 4, -1, 255, 2, 1])
    expected = by_hand(loss is softmax_focal_loss, logits, target, gamma, 0.3)
    torch.testing.assert_close(loss(logits, target, gamma, 0.3, None, 'none'), expected)
    torch.testing.assert_close(loss(logits, target, gamma, 0.3, reduction='sum'), expected.sum())
    torch.testing.assert_close(loss(logits, target, gamma, 0.3), expected.sum() / 9)


@pytest.mark.parametrize(('loss', 'value', 'gradient'), [
    (sigmoid_focal_loss, 1.10251057, [[0.28808805, 0.11185755, -0.09602935], [0.11185755, -0.00657264, 0.40376765]]),
    (softmax_focal_loss, 0.34956908, [[0.10165970, 0.03739851, -0.13905823], [0.01227554, -0.10298023, 0.09070466]]),
])
def test_has_the_numbers_of_mmcv(loss, value, gradient):
    logits = torch.tensor([[1.0, 0, -1], [0, 1, 2]], requires_grad=True)
    mean = loss(logits, torch.tensor([2, 1]), 2.0, 0.25, None, 'mean')
    mean.backward()
    torch.testing.assert_close(mean, torch.tensor(value))
    torch.testing.assert_close(logits.grad, torch.tensor(gradient))


@pytest.mark.parametrize('loss', LOSSES)
def test_weight_is_that_of_the_rows_class_and_1_for_other_rows(loss):
    logits, target = torch.randn(5, 3), torch.tensor([0, 2, 1, 3, -1])
    weight = torch.tensor([2.0, 3.0, 5.0])
    plain = loss(logits, target, reduction='none')
    factor = torch.tensor([2.0, 5.0, 3.0, 1.0, 1.0]).view(-1, *[1] * (plain.dim() - 1))
    torch.testing.assert_close(loss(logits, target, weight=weight, reduction='none'), plain * factor)


@pytest.mark.parametrize('loss', LOSSES)
def test_extreme_logits_have_a_finite_loss_and_gradient(loss):
    logits = torch.tensor([[1e4, -1e4], [-1e4, 1e4], [0.0, 0.0]], requires_grad=True)
    value = loss(logits, torch.tensor([0, 0, 1]), 0.5, reduction='none')
    value.sum().backward()
    assert value.isfinite().all()
    assert value[1].max() > 1e3
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize('value', [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize('gamma', [2.0, 0.0, 1.5])
@pytest.mark.parametrize('name', SAMPLES)
def test_infinities_and_nan_are_those_of_the_reference(name, gamma, value):
    logits = torch.randn(40, 21)
    logits = logits.masked_fill(torch.rand_like(logits) < 0.05, value)
    args = logits, classes(40, 21), gamma, 0.25
    if name.endswith('backward'):
        args = (torch.rand((40,) if name.startswith('softmax') else (40, 21)), *args)
    expected = _load.OPERATORS[name].reference(*args)
    torch.testing.assert_close(getattr(torch.ops.mmcv, name)(*args), expected, equal_nan=True)


@pytest.mark.parametrize('loss', LOSSES)
def test_no_rows_have_no_loss(loss):
    logits = torch.zeros(0, 3, requires_grad=True)
    value = loss(logits, torch.zeros(0).long())
    value.backward()
    assert value == 0
    assert logits.grad.shape == (0, 3)


@pytest.mark.parametrize(('module', 'loss'), [(SigmoidFocalLoss, sigmoid_focal_loss),
                                              (SoftmaxFocalLoss, softmax_focal_loss)])
def test_modules_are_the_functions(module, loss):
    logits, target, weight = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0]), torch.rand(3)
    torch.testing.assert_close(module(1.5, 0.4, weight, 'sum')(logits, target),
                               loss(logits, target, 1.5, 0.4, weight, 'sum'))
    assert list(module(1.5, 0.4, weight).state_dict()) == ['weight']
    assert 'gamma=1.5' in repr(module(1.5, 0.4))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('loss', LOSSES)
def test_half_types_are_computed_in_float32_on_the_cpu(loss, dtype):
    logits, target = torch.randn(5, 4, dtype=dtype, requires_grad=True), classes(5, 4)
    value = loss(logits, target)
    value.backward()
    torch.testing.assert_close(value, loss(logits.float(), target))
    assert logits.grad.dtype == dtype


@pytest.mark.gpu
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('loss', LOSSES)
def test_half_types_are_computed_in_float32_on_cuda(loss, dtype):
    logits, target = torch.randn(50, 40, dtype=dtype, device='cuda', requires_grad=True), classes(50, 40).cuda()
    wide = logits.detach().float().requires_grad_()
    for x in (logits, wide):
        loss(x, target, reduction='sum').backward()
    actual, expected = (loss(x, target, reduction='none') for x in (logits, wide))
    torch.testing.assert_close(actual, expected.to(dtype))
    torch.testing.assert_close(logits.grad, wide.grad.to(dtype))
    many = torch.full((300000, 1), -8.0, dtype=dtype, device='cuda')  # their sum is beyond float16
    assert loss(many, torch.zeros(300000, device='cuda').long()).isfinite()


@pytest.mark.parametrize(('change', 'message'), [
    ({'input': torch.zeros(3, 2, 4)}, r'input is \(3, 2, 4\) and target \(3,\)'),
    ({'target': torch.zeros(2).long()}, r'input is \(3, 2\) and target \(2,\)'),
    ({'target': torch.zeros(3)}, r'target torch.float32; .*integer classes'),
    ({'target': torch.zeros(3, device='meta').long()}, 'input is on cpu and target on meta'),
    ({'weight': torch.zeros(3)}, r'weight is \(3,\); .*each of the 2 classes'),
    ({'reduction': 'average'}, "reduction is 'average'; use 'none', 'mean' or 'sum'"),
])
@pytest.mark.parametrize('loss', LOSSES)
def test_wrong_arguments_are_one_clear_line(loss, change, message):
    with pytest.raises(ValueError, match=rf'^{loss.__name__}: .*{message}') as raised:
        loss(**{'input': torch.zeros(3, 2), 'target': torch.zeros(3).long(), **change})
    assert '\n' not in str(raised.value)
