"""Pixel areas image by image, as ``pre_eval`` of 0.x lists them."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch

from mmseg.labels import read_label_map

from .areas import Areas, intersect_and_union, sum_areas
from .bootstrap import bootstrap_interval
from .boundary import boundary_areas
from .evaluator import with_boundary, without_boundary
from .metrics import pre_eval_to_metrics


class ImageAreas:
    """Pixel areas that were counted image by image, to be asked like an :class:`.evaluator.Evaluator`.

    Args:
        areas: results of :func:`.areas.intersect_and_union`.
        boundary: the same of the boundaries, if they were counted.
    """

    def __init__(self, areas: Sequence[Areas], boundary: Sequence[Areas] = ()) -> None:
        self.per_image = areas
        self.boundary = boundary

    @classmethod
    def count(
        cls, preds: Iterable, labels: Iterable[np.ndarray], num_classes: int, ignore_index: int | None,
        metric: Sequence[str],
    ) -> 'ImageAreas':
        """Count predictions (arrays or files) against labels, each (H, W); boundaries if ``metric`` has mBIoU."""
        areas, boundary = [], []
        for pred, label in zip(preds, labels):
            areas.append(intersect_and_union(pred, label, num_classes, ignore_index))
            if 'mBIoU' in metric:
                boundary.append(boundary_areas(read_label_map(pred), label, num_classes, ignore_index))
        return cls(areas, boundary)

    def areas(self) -> Areas:
        """As of :class:`.evaluator.Evaluator`."""
        return sum_areas(self.per_image, len(self.per_image[0][0]))

    def metrics(self, metric: str | Sequence[str] = 'mIoU') -> dict[str, np.ndarray]:
        """As of :class:`.evaluator.Evaluator`."""
        total = torch.stack(sum_areas(self.boundary, len(self.boundary[0][0]))) if self.boundary else None
        return with_boundary(pre_eval_to_metrics(self.per_image, without_boundary(metric)), metric, total)

    def interval(self, resamples: int) -> tuple[float, float]:
        """As of :class:`.evaluator.Evaluator`."""
        intersect, union = (np.stack([np.asarray(one[i], np.float64) for one in self.per_image]) for i in (0, 1))
        return bootstrap_interval(intersect, union, resamples)
