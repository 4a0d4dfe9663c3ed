"""What data sets of 0.x do of evaluation, done here: ``pre_eval`` and ``evaluate`` of any labelled data set."""

import logging
from collections.abc import Iterable, Sequence
from numbers import Integral

import numpy as np

from mmseg.protocols import Counts, LabelledDataset

from .areas import Areas, intersect_and_union
from .counting import ConfusionMatrix
from .evaluator import ALL_METRICS, Evaluator
from .image_areas import ImageAreas
from .metrics import check_metrics
from .tables import summarize


def pre_evaluate(
    dataset: LabelledDataset, preds: list | np.ndarray | str, indices: int | Sequence[int]
) -> list[Areas]:
    """Count label maps (H, W), arrays or files, against the labels of ``indices``; one result per image."""
    preds = preds if isinstance(preds, list) else [preds]
    indices = [indices] if isinstance(indices, Integral) else indices
    return [
        intersect_and_union(pred, dataset.eval_label(index), len(dataset.CLASSES), dataset.ignore_index)
        for pred, index in zip(preds, indices)]


def evaluate_results(
    dataset: LabelledDataset,
    results: Counts | ConfusionMatrix | Sequence,
    labels: Iterable[np.ndarray],
    metric: str | Sequence[str] = 'mIoU',
    logger: logging.Logger | str | None = None,
    bootstrap: int = 0,
) -> dict[str, float]:
    """Compute metrics and print them as tables; the result is that of ``CustomDataset.evaluate``.

    Args:
        dataset: knows its classes.
        results, metric, logger, bootstrap: as of ``CustomDataset.evaluate``.
        labels: of the images in order, (H, W) class indices; read only where ``results`` are label maps.
    """
    metric = check_metrics(metric, ALL_METRICS)
    return summarize(_counts(dataset, results, labels, metric), dataset.CLASSES, metric, logger, bootstrap)


def _counts(
    dataset: LabelledDataset, results: Counts | ConfusionMatrix | Sequence, labels: Iterable, metric: list[str]
) -> Counts:
    """Whatever ``results`` are, as something that answers for ``metrics`` and ``interval``."""
    if isinstance(results, Counts):
        return results
    if isinstance(results, ConfusionMatrix):
        evaluator = Evaluator(dataset)
        evaluator.confusion = results
        return evaluator
    if isinstance(results[0], tuple):
        return ImageAreas(results)
    return ImageAreas.count(results, labels, len(dataset.CLASSES), dataset.ignore_index, metric)
