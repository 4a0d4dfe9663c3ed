"""A confusion matrix that adds up over images, batches and ranks."""

from collections.abc import Sequence

import numpy as np
import torch

from mmcv import dist
from mmcv.ops import confusion_matrix

from .metrics import Areas, total_area_to_metrics


class ConfusionMatrix:
    """Exact counts of (label, prediction) pairs; its size does not depend on the number of images.

    Args:
        num_classes: K.
        ignore_index: pixels with this label do not count.

    Attributes:
        counts: (K + 1, K + 1) int64, rows = label, columns = prediction, the last ones for values that are no class; it
            lives where the first update's arrays live.
    """

    def __init__(self, num_classes: int, ignore_index: int = 255) -> None:
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.counts = torch.zeros(num_classes + 1, num_classes + 1, dtype=torch.int64)

    @property
    def matrix(self) -> torch.Tensor:
        """(K, K) int64, rows = label, columns = prediction."""
        return self.counts[:-1, :-1]

    def update(self, pred: np.ndarray | torch.Tensor, label: np.ndarray | torch.Tensor) -> None:
        """Count the pixels of a prediction and its label, integers of one shape."""
        counts = confusion_matrix(_tensor(pred), _tensor(label), self.num_classes, self.ignore_index, outside=True)
        self.counts = self.counts.to(counts.device) + counts

    def merge(self, other: 'ConfusionMatrix') -> None:
        """Add the counts of another matrix."""
        self.counts = self.counts + other.counts.to(self.counts.device)

    def reduce(self) -> None:
        """Sum over all ranks; every rank has to call it and holds the same counts afterwards."""
        self.counts = dist.all_reduce(self.counts)

    def areas(self) -> Areas:
        """Intersection, union, prediction and label areas of each class, (K,) int64 on the CPU."""
        counts = self.counts.cpu()
        both, pred, label = counts.diagonal()[:-1], counts.sum(0)[:-1], counts.sum(1)[:-1]
        return both, pred + label - both, pred, label

    def metrics(
        self, metrics: str | Sequence[str] = ('mIoU',), nan_to_num: float | None = None, beta: float = 1
    ) -> dict[str, np.ndarray]:
        """Metrics as :func:`mmseg.evaluation.metrics.eval_metrics` returns them."""
        return total_area_to_metrics(*self.areas(), metrics, nan_to_num, beta)


def _tensor(values: np.ndarray | torch.Tensor) -> torch.Tensor:
    values = torch.as_tensor(values)
    rare = (torch.bool, torch.int8, torch.uint16, torch.uint32, torch.uint64)  # types that the operator does not take
    return values.long() if values.dtype in rare else values
