"""What all losses share: class weights, pixel weights and reduction."""

import functools
from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np
import torch

from mmseg.checks import Facts, Problem

REDUCTIONS = ('none', 'mean', 'sum')


def get_class_weight(class_weight: list[float] | str | None) -> list[float] | None:
    """Class weights of a config.

    Args:
        class_weight: one number per class; or the path of a json, yaml, pickle, .npy or .npz file that holds
            them (of .npz the only array); or None.

    Raises:
        ValueError: it is still 'auto', which stands for weights computed from the training labels; or the file
            cannot be read or holds something else.
    """
    if not isinstance(class_weight, str):
        return class_weight
    if class_weight == 'auto':
        raise ValueError("class_weight is 'auto', but no training labels were counted; give numbers or a file")
    from mmcv.fileio import load

    try:
        weights = load(class_weight)
    except OSError as error:
        raise ValueError(f'class_weight: {class_weight}: {error.strerror or error}') from error
    if class_weight.endswith('.npz') and len(weights) == 1:
        (weights,) = weights.values()
    if not isinstance(weights, (list, tuple, np.ndarray)):
        raise ValueError(f'class_weight: {class_weight} holds a {type(weights).__name__}: it takes a list of numbers')
    weights = np.asarray(weights)
    if weights.ndim != 1 or weights.dtype.kind not in 'iuf':
        raise ValueError(f'class_weight: {class_weight} holds an array of shape {weights.shape} and type '
                         f'{weights.dtype}: it takes one number per class')
    return weights.tolist()


def check_class_values(key: str, values: object, facts: Facts, also: int | None = None) -> list[Problem]:
    """Refuse an argument that is to have one number per class and has not.

    Args:
        key: the argument.
        values: None, or a single number, are fine.
        facts: ``logits``.
        also: another length that fits.
    """
    if values is None or isinstance(values, Number):
        return []
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, Number) for value in values):
        return [Problem(key, f'is {values!r}', 'give one number per class, a list')]
    if facts.logits is None or len(values) in (facts.logits, also):
        return []
    return [Problem(key, f'has {len(values)} numbers for {facts.logits} class{"es" * (facts.logits != 1)}',
                    f'give {facts.logits}, one per class in their order')]


def check_reduction(reduction: str) -> list[Problem]:
    """Refuse a ``reduction`` that does not exist."""
    if reduction in REDUCTIONS:
        return []
    return [Problem('reduction', f'is {reduction!r}', "use 'none', 'mean' or 'sum'")]


def reduce_loss(loss: torch.Tensor, reduction: str) -> torch.Tensor:
    """Reduce element-wise losses: 'none', 'mean' or 'sum'."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {reduction!r}; use 'none', 'mean' or 'sum'")
    return loss if reduction == 'none' else getattr(loss, reduction)()


def weight_reduce_loss(
    loss: torch.Tensor,
    weight: torch.Tensor | None = None,
    reduction: str = 'mean',
    avg_factor: float | torch.Tensor | None = None,
) -> torch.Tensor:
    """Weigh element-wise losses and reduce them.

    Args:
        loss: any shape.
        weight: same shape, or 1 where it is the same for all.
        reduction: 'none', 'mean' or 'sum'.
        avg_factor: what 'mean' divides the sum by, instead of the number of elements.

    Raises:
        ValueError: ``avg_factor`` is given for a sum, or the weights are of another shape.
    """
    if weight is not None:
        if weight.dim() != loss.dim() or any(wide not in (1, size) for wide, size in zip(weight.shape, loss.shape)):
            raise ValueError(f'weights of shape {tuple(weight.shape)} for losses of shape {tuple(loss.shape)}: give '
                             'them the same shape, or 1 where they are all one')
        loss = loss * weight
    if avg_factor is None:
        return reduce_loss(loss, reduction)
    if reduction == 'sum':
        raise ValueError("avg_factor divides a mean; with reduction='sum' leave it out")
    # The epsilon makes the loss 0 rather than nan where every pixel is ignored.
    return loss.sum() / (avg_factor + torch.finfo(torch.float32).eps) if reduction == 'mean' else loss


def weighted_loss(loss_func: Callable) -> Callable:
    """Give ``loss_func(pred, target, **kwargs)``, which is element-wise, the arguments of a whole loss.

    >>> @weighted_loss
    ... def l1_loss(pred, target):
    ...     return (pred - target).abs()
    >>> l1_loss(torch.tensor([0., 2.]), torch.tensor([1., 1.]), weight=torch.tensor([1., 0.]), avg_factor=1)
    tensor(1.0000)
    """

    @functools.wraps(loss_func)
    def wrapper(
        pred: torch.Tensor, target: torch.Tensor, weight: torch.Tensor | None = None, reduction: str = 'mean',
        avg_factor: float | torch.Tensor | None = None, **kwargs: Any,
    ) -> torch.Tensor:
        return weight_reduce_loss(loss_func(pred, target, **kwargs), weight, reduction, avg_factor)

    return wrapper


def class_weight_tensor(class_weight: list[float] | None, like: torch.Tensor) -> torch.Tensor | None:
    """Class weights in the dtype and on the device of ``like``."""
    return None if class_weight is None else torch.as_tensor(class_weight, dtype=like.dtype, device=like.device)


def labelled(label: torch.Tensor, ignore_index: int | None) -> torch.Tensor:
    """Which labels count, as bools of the same shape: all but ``ignore_index``, or all where that is None."""
    return torch.ones_like(label, dtype=torch.bool) if ignore_index is None else label != ignore_index


def expand_onehot_labels(
    labels: torch.Tensor, label_weights: torch.Tensor | None, target_shape: tuple[int, ...], ignore_index: int | None,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Labels of 0 and 1 per class, their weights, and which of them count, each of ``target_shape`` (N, K, ...).

    Args:
        labels: (N, ...) class indices; negative ones and ``ignore_index`` count for no class.
        label_weights: (N, ...) of each label, or None.
        target_shape: (N, K, ...).
        ignore_index: the ignored label; None for none.
    """
    valid = labelled(labels, ignore_index) & (labels >= 0)
    one_hot = labels.new_zeros(target_shape)
    one_hot.scatter_(1, labels.where(valid, 0)[:, None], valid[:, None].to(labels.dtype))
    counts = valid[:, None].expand(target_shape).float()
    return one_hot, counts if label_weights is None else label_weights[:, None] * counts, counts


def one_hot_classes(label: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """One-hot labels with the class axis second, as of logits.

    Args:
        label: (N, ...) class indices; those outside of 0 ... K - 1 count as the last class, whatever value is ignored.
        like: (N, K, ...), which gives K and the dtype.

    Returns:
        (N, K, ...).
    """
    classes = torch.arange(like.shape[1], device=label.device).view(-1, *[1] * (label.dim() - 1))
    last = like.shape[1] - 1
    return (label.where((label >= 0) & (label < last), last)[:, None] == classes).to(like.dtype)
