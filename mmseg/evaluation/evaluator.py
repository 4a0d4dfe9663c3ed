"""Predictions counted against a data set's labels while they come in; none is kept."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch

from mmcv import dist
from mmseg.labels import DataError, check_labels, describe_turn, read_label_map
from mmseg.protocols import LabelledDataset
from mmseg.samples import sample_files

from .areas import Areas
from .bootstrap import bootstrap_interval
from .boundary import boundary_areas
from .counting import ConfusionMatrix
from .image_pairs import ImagePairs
from .metrics import METRICS, check_metrics

#: What ``CustomDataset.evaluate`` can be asked for.
ALL_METRICS = (*METRICS, 'mBIoU')


class Evaluator:
    """One confusion matrix over a data set, and what else its metrics need.

    Args:
        dataset: has the labels.
        metric: what will be asked for; ``mBIoU`` costs two filters per label map.
        bootstrap: whether :meth:`interval` will be asked for, which takes :meth:`keep_images`.
    """

    def __init__(self, dataset: LabelledDataset, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> None:
        self.dataset = dataset
        self.confusion = ConfusionMatrix(len(dataset.CLASSES), dataset.ignore_index)
        wants_boundary = 'mBIoU' in check_metrics(metric, ALL_METRICS)
        self.boundary = torch.zeros(4, len(dataset.CLASSES), dtype=torch.int64) if wants_boundary else None
        self.per_image: ImagePairs | None = None
        if bootstrap:
            self.keep_images()

    def keep_images(self) -> None:
        """Keep what is counted of each image too, in ``per_image``; to be called before the first one."""
        self.per_image = ImagePairs(self.confusion.num_classes)

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
            raise DataError(f'{where}: the label has shape {label.shape}, the prediction {pred.shape}'
                            f'{describe_turn(files["img"], pred.shape, label.shape)}')
        counts = self.confusion.update(pred, label)
        if self.per_image is not None:
            self.per_image.add(index, counts)
        if self.boundary is not None:
            self.boundary += torch.stack(boundary_areas(pred, label, classes, ignore_index))

    def reduce(self) -> None:
        """Sum over all ranks; every rank has to call it, once."""
        self.confusion.reduce()
        if self.boundary is not None:
            self.boundary = dist.all_reduce(self.boundary)
        if self.per_image is not None:
            self.per_image.merge(dist.gather_objects(self.per_image))

    def areas(self) -> Areas:
        """Intersection, union, prediction and label areas of each class."""
        return self.confusion.areas()

    def metrics(self, metric: str | Sequence[str] = 'mIoU') -> dict[str, np.ndarray]:
        """As :func:`mmseg.evaluation.metrics.eval_metrics`, and ``BIoU`` for mBIoU.

        Raises:
            ValueError: mBIoU was not announced at construction.
        """
        counted = self.confusion.metrics(without_boundary(metric))
        return with_boundary(counted, metric, self.boundary)

    def interval(self, resamples: int) -> tuple[float, float]:
        """The 95 % bootstrap interval of mIoU over the images, in 0 ... 1."""
        if self.per_image is None or not self.per_image.images:
            raise ValueError('there are no counts per image: announce it, new_evaluator(bootstrap=...)')
        areas = self.per_image.areas()
        return bootstrap_interval(areas[:, 0], areas[:, 1], resamples)


def without_boundary(metric: str | Sequence[str]) -> list[str]:
    """The metrics that come from the areas of whole classes."""
    return [name for name in check_metrics(metric, ALL_METRICS) if name != 'mBIoU']


def with_boundary(
    values: dict[str, np.ndarray], metric: str | Sequence[str], total: torch.Tensor | None
) -> dict[str, np.ndarray]:
    """Add BIoU from the (4, K) areas of boundaries, if ``metric`` asks for it."""
    if 'mBIoU' not in metric:
        return values
    if total is None:
        raise ValueError("mBIoU was not counted: announce it, new_evaluator(metric=['mIoU', 'mBIoU'])")
    both, union = total[:2].double().numpy()
    with np.errstate(invalid='ignore'):
        return {**values, 'BIoU': both / union}
