"""Focal losses in plain PyTorch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def sigmoid_focal_loss(input: Tensor, target: Tensor, gamma: float, alpha: float) -> Tensor:
    """See :func:`mmcv.ops.sigmoid_focal_loss`; (N, C), neither weighted nor reduced."""
    positive = _is_label(input, target)
    z = torch.where(positive, input, -input)
    return _balance(input, positive, alpha) * -((-z).sigmoid() ** gamma * F.logsigmoid(z))


def sigmoid_focal_loss_backward(grad: Tensor, input: Tensor, target: Tensor, gamma: float, alpha: float) -> Tensor:
    """Gradient of the logits; ``grad`` is that of the (N, C) losses."""
    positive = _is_label(input, target)
    z = torch.where(positive, input, -input)
    miss = (-z).sigmoid()
    slope = miss**gamma * (gamma * z.sigmoid() * F.logsigmoid(z) - miss)
    return grad * _balance(input, positive, alpha) * torch.where(positive, slope, -slope)


def softmax_focal_loss(input: Tensor, target: Tensor, gamma: float, alpha: float) -> Tensor:
    """See :func:`mmcv.ops.softmax_focal_loss`; (N,), neither weighted nor reduced."""
    valid, log_p, miss, _ = _softmax(input, target)
    return torch.where(valid, -alpha * miss**gamma * log_p, 0)


def softmax_focal_loss_backward(grad: Tensor, input: Tensor, target: Tensor, gamma: float, alpha: float) -> Tensor:
    """Gradient of the logits (N, C); ``grad`` is that of the (N,) losses."""
    valid, log_p, miss, prob = _softmax(input, target)
    ratio = torch.where(miss > 0, log_p / miss, -1)
    slope = alpha * miss**gamma * (gamma * log_p.exp() * ratio - 1)
    direction = torch.where(_is_label(input, target), miss[:, None], -prob)
    return torch.where(valid[:, None], (grad * slope)[:, None] * direction, 0)


def _is_label(input: Tensor, target: Tensor) -> Tensor:
    """(N, C): whether the column is the row's class."""
    return target[:, None] == torch.arange(input.size(1), device=input.device)


def _balance(input: Tensor, positive: Tensor, alpha: float) -> Tensor:
    return torch.full_like(input, 1 - alpha).masked_fill(positive, alpha)


def _softmax(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Whether a row has a class; log p of it, 1 - p without cancellation (N,), and all probabilities (N, C)."""
    valid = (target >= 0) & (target < input.size(1))
    prob = input.softmax(1)
    log_p = input.log_softmax(1).gather(1, target.where(valid, 0)[:, None])[:, 0]
    miss = prob.masked_fill(_is_label(input, target), 0).sum(1)
    return valid, log_p, miss, prob
