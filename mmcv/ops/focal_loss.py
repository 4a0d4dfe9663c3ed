"""Focal losses: cross entropies that give what is easy little weight."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from ._load import register
from .reference import focal_loss as reference

_REDUCTIONS = {'none': lambda loss, rows: loss,
               'sum': lambda loss, rows: _sum(loss).to(loss.dtype),
               'mean': lambda loss, rows: (_sum(loss) / max(rows, 1)).to(loss.dtype)}


def sigmoid_focal_loss(input: Tensor, target: Tensor, gamma: float = 2.0, alpha: float = 0.25,
                       weight: Tensor | None = None, reduction: str = 'mean') -> Tensor:
    """Focal loss of C binary classifiers per row.

    With p = sigmoid(input) for the row's class and p = 1 - sigmoid(input) for the others, an entry's loss is
    -a (1 - p)^gamma log(p), a being ``alpha`` for the row's class and 1 - ``alpha`` for the others
    (Lin et al. 2017, https://arxiv.org/abs/1708.02002). No entry overflows, however large the logit.

    Args:
        input: logits (N, C), floating-point. On a CPU half types are computed, and returned, in float32.
        target: classes (N,), integers. What lies outside 0..C-1, usually C, is background: negative for all classes.
        gamma: how quickly the loss falls as an entry gets easier; 0 for the cross entropy.
        alpha: weight of the positive entries, 0 to 1.
        weight: (C,), a factor for the rows of each class; that of background is 1.
        reduction: 'none', 'sum', or 'mean': the sum divided by N.

    Returns:
        (N, C) for 'none', else a scalar.

    Raises:
        ValueError: shapes, devices, types or the reduction do not fit.
    """
    return _focal_loss('sigmoid_focal_loss', _sigmoid, input, target, gamma, alpha, weight, reduction)


def softmax_focal_loss(input: Tensor, target: Tensor, gamma: float = 2.0, alpha: float = 0.25,
                       weight: Tensor | None = None, reduction: str = 'mean') -> Tensor:
    """Focal loss of one classifier among C classes per row.

    With p = softmax(input)[target] a row's loss is -alpha (1 - p)^gamma log(p) (Lin et al. 2017,
    https://arxiv.org/abs/1708.02002).

    Args:
        input: logits (N, C), floating-point.
        target: classes (N,), integers. Rows whose class lies outside 0..C-1, usually -1, have no loss; they do count in
            the mean.
        gamma, alpha, weight, reduction: as in :func:`sigmoid_focal_loss`; ``alpha`` weighs every row.

    Returns:
        (N,) for 'none', else a scalar.

    Raises:
        ValueError: shapes, devices, types or the reduction do not fit.
    """
    return _focal_loss('softmax_focal_loss', _softmax, input, target, gamma, alpha, weight, reduction)


class _FocalLoss(nn.Module):
    """What the two share."""

    def __init__(self, gamma: float, alpha: float, weight: Tensor | None = None, reduction: str = 'mean') -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha
        self.register_buffer('weight', weight)
        self.reduction = reduction

    def extra_repr(self) -> str:
        return f'gamma={self.gamma}, alpha={self.alpha}, reduction={self.reduction!r}'


class SigmoidFocalLoss(_FocalLoss):
    """:func:`sigmoid_focal_loss` as a module of the same arguments."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of logits (N, C) and classes (N,)."""
        return sigmoid_focal_loss(input, target, self.gamma, self.alpha, self.weight, self.reduction)


class SoftmaxFocalLoss(_FocalLoss):
    """:func:`softmax_focal_loss` as a module of the same arguments."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of logits (N, C) and classes (N,)."""
        return softmax_focal_loss(input, target, self.gamma, self.alpha, self.weight, self.reduction)


def _focal_loss(name: str, operator: Callable[..., Tensor], input: Tensor, target: Tensor, gamma: float, alpha: float,
                weight: Tensor | None, reduction: str) -> Tensor:
    _check(name, input, target, weight, reduction)
    target = target.long()
    if input.device.type == 'cpu' and input.dtype in (torch.float16, torch.bfloat16):
        input = input.float()
    loss = operator(input, target, gamma, alpha)
    if weight is not None:
        known = (target >= 0) & (target < input.size(1))
        factor = torch.where(known, weight.to(loss.dtype)[target.where(known, 0)], 1)
        loss = loss * factor.view(-1, *[1] * (loss.dim() - 1))
    return _REDUCTIONS[reduction](loss, input.size(0))


def _sum(loss: Tensor) -> Tensor:
    """In float32 for the half types: float16 ends at 65504."""
    return loss.sum(dtype=torch.promote_types(loss.dtype, torch.float32))


def _check(name: str, input: Tensor, target: Tensor, weight: Tensor | None, reduction: str) -> None:
    if input.dim() != 2 or target.shape != input.shape[:1]:
        raise ValueError(f'{name}: input is {tuple(input.shape)} and target {tuple(target.shape)}; '
                         'they must be (N, C) and (N,)')
    if not input.is_floating_point() or target.is_floating_point() or target.dtype == torch.bool:
        raise ValueError(f'{name}: input is {input.dtype} and target {target.dtype}; '
                         'they must be floating-point logits and integer classes')
    if weight is not None and weight.shape != input.shape[1:]:
        raise ValueError(f'{name}: weight is {tuple(weight.shape)}; it must have one number for each of the '
                         f'{input.size(1)} classes')
    for other, tensor in (('target', target), ('weight', weight)):
        if tensor is not None and tensor.device != input.device:
            raise ValueError(f'{name}: input is on {input.device} and {other} on {tensor.device}; '
                             'they must be on the same device')
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{name}: reduction is {reduction!r}; use 'none', 'mean' or 'sum'")


def _register(name: str, fake: Callable) -> Callable:
    """Register a focal loss and its gradient."""
    backward = register(
        f'{name}_backward(Tensor grad, Tensor input, Tensor target, float gamma, float alpha) -> Tensor',
        getattr(reference, f'{name}_backward'),
        lambda grad, input, target, gamma, alpha: input.new_empty(input.shape),
    )

    def remember(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
        input, target, ctx.gamma, ctx.alpha = inputs
        ctx.save_for_backward(input, target)

    return register(
        f'{name}(Tensor input, Tensor target, float gamma, float alpha) -> Tensor',
        getattr(reference, name),
        fake,
        lambda ctx, grad: (backward(grad, *ctx.saved_tensors, ctx.gamma, ctx.alpha), None, None, None),
        remember,
    )


_sigmoid = _register('sigmoid_focal_loss', lambda input, target, gamma, alpha: input.new_empty(input.shape))
_softmax = _register('softmax_focal_loss', lambda input, target, gamma, alpha: input.new_empty(input.shape[0]))
