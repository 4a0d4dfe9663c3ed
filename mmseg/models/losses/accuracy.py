"""Pixel accuracy during training."""

import torch
from torch import nn

from .weighting import labelled


def accuracy(
    pred: torch.Tensor,
    target: torch.Tensor,
    topk: int | tuple[int, ...] = 1,
    thresh: float | None = None,
    ignore_index: int | None = None,
) -> torch.Tensor | list[torch.Tensor]:
    """Share of the targets among the ``topk`` highest scores.

    Args:
        pred: (N, K, ...) scores.
        target: (N, ...) class indices.
        topk: how many of the highest scores count, or several such numbers.
        thresh: only scores above this count.
        ignore_index: targets to leave out; None for none.

    Returns:
        Percent in a tensor of shape (1,), 100 where nothing is left to count; a list of them for several ``topk``.

    Raises:
        ValueError: the shapes do not fit or ``topk`` exceeds K.
    """
    numbers = (topk,) if isinstance(topk, int) else topk
    if pred.shape[:1] + pred.shape[2:] != target.shape:
        raise ValueError(f'accuracy: scores {tuple(pred.shape)} and targets {tuple(target.shape)} do not fit')
    if max(numbers) > pred.shape[1]:
        raise ValueError(f'accuracy: topk is {max(numbers)}, but there are {pred.shape[1]} classes')
    if len(pred) == 0:
        result = [pred.new_tensor(0.0) for _ in numbers]
        return result[0] if isinstance(topk, int) else result
    # A maximum is several times faster than topk(1).
    top = pred.max(dim=1, keepdim=True) if max(numbers) == 1 else pred.topk(max(numbers), dim=1)
    correct = top.indices == target[:, None]
    if thresh is not None:
        correct = correct & (top.values > thresh)
    valid = labelled(target, ignore_index)
    correct = correct & valid[:, None]
    result = [percentage(correct[:, :k].sum(), valid.sum()) for k in numbers]
    return result[0] if isinstance(topk, int) else result


def percentage(correct: torch.Tensor, total: torch.Tensor) -> torch.Tensor:
    """100 * correct / total in a tensor of shape (1,); 100 where both are 0."""
    eps = torch.finfo(torch.float32).eps
    return (correct + eps).reshape(1) * (100.0 / (total.double() + eps)).float()


class Accuracy(nn.Module):
    """:func:`accuracy` as a module."""

    def __init__(
        self, topk: int | tuple[int, ...] = (1,), thresh: float | None = None, ignore_index: int | None = None
    ) -> None:
        super().__init__()
        self.topk = topk
        self.thresh = thresh
        self.ignore_index = ignore_index

    def forward(self, pred: torch.Tensor, target: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
        return accuracy(pred, target, self.topk, self.thresh, self.ignore_index)
