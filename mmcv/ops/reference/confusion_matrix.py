"""Confusion matrix in plain PyTorch."""

import torch
from torch import Tensor


def confusion_matrix(pred: Tensor, label: Tensor, num_classes: int, ignore_index: int) -> Tensor:
    """See :func:`mmcv.ops.confusion_matrix`; (K + 1, K + 1), where index K stands for every value outside 0..K-1."""
    pred, label = pred.flatten().long(), label.flatten().long()
    kept = label != ignore_index
    row, column = (torch.where((x >= 0) & (x < num_classes), x, num_classes)[kept] for x in (label, pred))
    width = num_classes + 1
    return torch.bincount(row * width + column, minlength=width * width).view(width, width)
