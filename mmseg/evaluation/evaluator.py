"""Predictions counted against a data set's labels while they come in; none is kept."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from mmcv import dist
from mmseg.labels import DataError, check_labels, read_label_map
from mmseg.samples import sample_files

from .areas import Areas, intersect_and_union, sum_areas
from .bootstrap import bootstrap_interval
from .boundary import boundary_areas
from .counting import ConfusionMatrix
from .metrics import METRICS, check_metrics, pre_eval_to_metrics

#: What ``CustomDataset.evaluate`` can be asked for.
ALL_METRICS = (*METRICS, 'mBIoU')


class Evaluator:
    """One confusion matrix over a data set, and what else its metrics need.

    Args:
        dataset: has ``CLASSES, ignore_index`` and ``eval_label(index)``.
        metric: what will be asked for; ``mBIoU`` costs two filters a label map.
        bootstrap: whether :meth:`interval` will be asked for; it keeps 16 bytes a class and image.
    """

    def __init__(self, dataset: Any, metric: str | Sequence[str] = 'mIoU', bootstrap: bool | int = False) -> None:
        self.dataset = dataset
        self.confusion = ConfusionMatrix(len(dataset.CLASSES), dataset.ignore_index)
        wants_boundary = 'mBIoU' in check_metrics(metric, ALL_METRICS)
        self.boundary = torch.zeros(4, len(dataset.CLASSES), dtype=torch.int64) if wants_boundary else None
        self.per_image = {} if bootstrap else None

    def add(self, results: Iterable, indices: Iterable[int]) -> None:
        """Count label maps (or ``.npy`` files of them), each (H, W), against the labels of these samples.

        Raises:
            DataError: a label that is no class, or a prediction of another size; the label's file is named.
        """
        for result, index in zip(results, indices):
            self.count(read_label_map(result), self.dataset.eval_label(index), index)

    def count(self, pred: np.ndarray, label: np.ndarray, index: int) -> None:
        """Count one prediction against its label, both (H, W)."""
        files = sample_files(self.dataset, index)
        where = files.get('label', files['img'])
        classes, ignore_index = self.confusion.num_classes, self.confusion.ignore_index
        check_labels(label, classes, ignore_index, where)
        if pred.shape != label.shape:
            raise DataError(f'{where}: the label has shape {label.shape}, the prediction {pred.shape}')
        if self.per_image is None:
            self.confusion.update(pred, label)
        else:
            one = ConfusionMatrix(classes, ignore_index)
            one.update(pred, label)
            self.confusion.merge(one)
            self.per_image[index] = torch.stack(one.areas()[:2]).numpy()
        if self.boundary is not None:
            self.boundary += torch.stack(boundary_areas(pred, label, classes, ignore_index))

    def reduce(self) -> None:
        """Sum over all ranks; every rank has to call it, once."""
        self.confusion.reduce()
        if self.boundary is not None:
            self.boundary = dist.all_reduce(self.boundary)
        if self.per_image is not None:
            self.per_image = {k: v for part in dist.gather_objects(self.per_image) for k, v in part.items()}

    def metrics(self, metric: str | Sequence[str] = 'mIoU') -> dict[str, np.ndarray]:
        """As :func:`mmseg.evaluation.metrics.eval_metrics`, and ``BIoU`` for mBIoU.

        Raises:
            ValueError: mBIoU was not announced at construction.
        """
        counted = self.confusion.metrics(_without_boundary(metric))
        return _with_boundary(counted, metric, self.boundary)

    def interval(self, resamples: int) -> tuple[float, float]:
        """The 95 % bootstrap interval of mIoU over the images, in 0 ... 1."""
        if not self.per_image:
            raise ValueError('there are no counts per image: announce it, new_evaluator(bootstrap=...)')
        areas = np.stack([self.per_image[index] for index in sorted(self.per_image)])
        return bootstrap_interval(areas[:, 0], areas[:, 1], resamples)


class ImageAreas:
    """Pixel areas that were counted image by image, to be asked like an :class:`Evaluator`.

    Args:
        areas: results of :func:`mmseg.evaluation.metrics.intersect_and_union`.
        boundary: the same of the boundaries, if they were counted.
    """

    def __init__(self, areas: Sequence[Areas], boundary: Sequence[Areas] = ()) -> None:
        self.areas = areas
        self.boundary = boundary

    @classmethod
    def count(
        cls, preds: Iterable, labels: Iterable[np.ndarray], num_classes: int, ignore_index: int, metric: Sequence[str]
    ) -> 'ImageAreas':
        """Count predictions (arrays or files) against labels, each (H, W); boundaries if ``metric`` has mBIoU."""
        areas, boundary = [], []
        for pred, label in zip(preds, labels):
            areas.append(intersect_and_union(pred, label, num_classes, ignore_index))
            if 'mBIoU' in metric:
                boundary.append(boundary_areas(read_label_map(pred), label, num_classes, ignore_index))
        return cls(areas, boundary)

    def metrics(self, metric: str | Sequence[str] = 'mIoU') -> dict[str, np.ndarray]:
        """As of :class:`Evaluator`."""
        total = torch.stack(sum_areas(self.boundary, len(self.boundary[0][0]))) if self.boundary else None
        return _with_boundary(pre_eval_to_metrics(self.areas, _without_boundary(metric)), metric, total)

    def interval(self, resamples: int) -> tuple[float, float]:
        """As of :class:`Evaluator`."""
        intersect, union = (np.stack([np.asarray(one[i], np.float64) for one in self.areas]) for i in (0, 1))
        return bootstrap_interval(intersect, union, resamples)


def _without_boundary(metric: str | Sequence[str]) -> list[str]:
    return [name for name in check_metrics(metric, ALL_METRICS) if name != 'mBIoU']


def _with_boundary(values: dict, metric: str | Sequence[str], total: torch.Tensor | None) -> dict[str, np.ndarray]:
    """Add BIoU from the (4, K) areas of boundaries, if ``metric`` asks for it."""
    if 'mBIoU' not in metric:
        return values
    if total is None:
        raise ValueError("mBIoU was not counted: announce it, new_evaluator(metric=['mIoU', 'mBIoU'])")
    both, union = total[:2].double().numpy()
    with np.errstate(invalid='ignore'):
        return {**values, 'BIoU': both / union}
