"""Confusion matrix of label maps in one pass."""

from numbers import Integral

import torch
from torch import Tensor

from ._ignored import ignored_value
from ._load import register
from .reference import confusion_matrix as reference

_INTEGERS = (torch.uint8, torch.int16, torch.int32, torch.int64)


def _fake(pred: Tensor, label: Tensor, num_classes: int, ignore_index: int) -> Tensor:
    return pred.new_empty((num_classes + 1, num_classes + 1), dtype=torch.int64)


_confusion_matrix = register(
    'confusion_matrix(Tensor pred, Tensor label, int num_classes, int ignore_index) -> Tensor',
    reference.confusion_matrix,
    _fake,
)


def confusion_matrix(
    pred: Tensor, label: Tensor, num_classes: int, ignore_index: int | None = 255, outside: bool = False
) -> Tensor:
    """Count how often each class was taken for each other.

    Args:
        pred: predicted classes, uint8, int16, int32 or int64, of any shape.
        label: true classes, of the same shape and on the same device; the integer type may differ.
        num_classes: K, 1 to 32767.
        ignore_index: pixels of this label are left out; None for no such label.
        outside: also count what lies outside 0..K-1, labels as row K and predictions as column K.

    Returns:
        int64 (K, K) on the same device, ``[i, j]``: pixels of class i that were predicted as j. Pixels whose label lies
        outside 0..K-1 are left out. With ``outside`` (K + 1, K + 1), nothing but ``ignore_index`` left out.

    Raises:
        ValueError: shapes, devices or types do not fit; or, without ``outside``, a prediction lies outside 0..K-1: such
            pixels have a place in the sum over a row but in no column, so that any metric would silently be off. (To
            see that, a CUDA device is waited for; with ``outside`` it is not.)
    """
    _check(pred, label, num_classes)
    ignored = ignored_value(ignore_index, 'confusion_matrix')
    counts = _confusion_matrix(pred, label, num_classes, ignored)
    if outside:
        return counts
    lost = int(counts[:num_classes, num_classes].sum())
    if lost:
        raise ValueError(f'confusion_matrix: {lost} predictions lie outside the {num_classes} classes; '
                         "the model's num_classes and the classes of the data set must agree")
    return counts[:num_classes, :num_classes].contiguous()


def _check(pred: Tensor, label: Tensor, num_classes: int) -> None:
    for name, tensor in (('pred', pred), ('label', label)):
        if tensor.dtype not in _INTEGERS:
            raise ValueError(f'confusion_matrix: {name} is {tensor.dtype}; it must hold classes as uint8, int16, int32 '
                             'or int64 (logits: take argmax(dim=1) first)')
    if pred.shape != label.shape:
        raise ValueError(f'confusion_matrix: pred is {tuple(pred.shape)} and label {tuple(label.shape)}; '
                         'they must have the same shape')
    if pred.device != label.device:
        raise ValueError(f'confusion_matrix: pred is on {pred.device} and label on {label.device}; '
                         'they must be on the same device')
    if not isinstance(num_classes, Integral) or not 1 <= num_classes <= 32767:
        raise ValueError(f'confusion_matrix: num_classes is {num_classes!r}; it must be an integer in 1..32767')
