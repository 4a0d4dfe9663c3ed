"""A confusion matrix that adds up over images, batches and ranks."""

from collections.abc import Sequence

import numpy as np
import torch

from mmcv import dist

from .areas import Areas, areas_of_pairs, count_pairs
from .metrics import total_area_to_metrics


class ConfusionMatrix:
    """Exact counts of (label, prediction) pairs; its size does not depend on the number of images.

    Args:
        num_classes: K.
        ignore_index: pixels with this label do not count; None for no such value.

    Attributes:
        counts: (K + 1, K + 1) int64, rows = label, columns = prediction, the last ones for values that are no class; it
            lives where the first update's arrays live.
    """

    def __init__(self, num_classes: int, ignore_index: int | None = 255) -> None:
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.counts = torch.zeros(num_classes + 1, num_classes + 1, dtype=torch.int64)

    @property
    def matrix(self) -> torch.Tensor:
        """(K, K) int64, rows = label, columns = prediction."""
        return self.counts[:-1, :-1]

    def update(self, pred: np.ndarray | torch.Tensor, label: np.ndarray | torch.Tensor) -> torch.Tensor:
        """Count the pixels of a prediction and its label, integers of one shape; returns the counts of these alone."""
        counts = count_pairs(pred, label, self.num_classes, self.ignore_index)
        self.counts = self.counts.to(counts.device) + counts
        return counts

    def merge(self, other: 'ConfusionMatrix') -> None:
        """Add the counts of another matrix."""
        self.counts = self.counts + other.counts.to(self.counts.device)

    def reduce(self) -> None:
        """Sum over all ranks; every rank has to call it and holds the same counts afterwards."""
        self.counts = dist.all_reduce(self.counts)

    def areas(self) -> Areas:
        """Intersection, union, prediction and label areas of each class, (K,) int64 on the CPU."""
        return areas_of_pairs(self.counts.cpu())

    def metrics(
        self, metrics: str | Sequence[str] = ('mIoU',), nan_to_num: float | None = None, beta: float = 1
    ) -> dict[str, np.ndarray]:
        """Metrics as :func:`mmseg.evaluation.metrics.eval_metrics` returns them."""
        return total_area_to_metrics(*self.areas(), metrics, nan_to_num, beta)


def largest_confusions(matrix: np.ndarray, most: int) -> list[tuple[int, int]]:
    """The (label, prediction) cells off the diagonal with most pixels, the largest first.

    Args:
        matrix: (K, K) counts.
        most: how many at most; empty cells are none.
    """
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    cells = np.argsort(-wrong, axis=None, kind='stable')[:most]
    return [divmod(int(cell), len(wrong)) for cell in cells if wrong.flat[cell]]
