"""Segmentation metrics from exact pixel counts, under the names and conventions of mmsegmentation 0.30."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmcv.image import imread
from mmcv.utils.errors import ConfigKeyError, did_you_mean

#: Per class: pixels where prediction and label agree, in either, in the prediction, in the label.
Areas = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]

METRICS = ('mIoU', 'mDice', 'mFscore')


def check_metrics(metrics: str | Sequence[str], known: Sequence[str] = METRICS) -> list[str]:
    """The metrics as a list.

    Raises:
        ConfigKeyError: one of them is none of ``known``.
    """
    metrics = [metrics] if isinstance(metrics, str) else list(metrics)
    for metric in metrics:
        if metric not in known:
            hint = did_you_mean(metric, known) or f' (there are {", ".join(known)})'
            raise ConfigKeyError(f'metric {metric!r} does not exist{hint}')
    return metrics


def f_score(precision: Any, recall: Any, beta: float = 1) -> Any:
    """The F-beta score, (1 + beta^2) P R / (beta^2 P + R): ``beta`` > 1 weighs recall more than precision."""
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def read_label_map(source: np.ndarray | torch.Tensor | str | Path) -> np.ndarray:
    """A label map as an array: an array as it is, a ``.npy`` file, or an image (of palette files the indices)."""
    if isinstance(source, (str, Path)):
        return np.load(source) if str(source).endswith('.npy') else imread(source, flag='unchanged', backend='pillow')
    return np.asarray(source)


def remap_label(
    label: np.ndarray,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
    ignore_index: int = 255,
) -> np.ndarray:
    """Rename the values of a label map; the caller's array stays as it is.

    Args:
        label: (H, W) integers.
        label_map: old value -> new value, all at once; a negative new value means ``ignore_index``.
        reduce_zero_label: then lower every value by one, 0 and 255 becoming 255.

    Returns:
        (H, W) int64.
    """
    renamed = label.astype(np.int64)
    for old, new in (label_map or {}).items():
        renamed[label == old] = new
    if reduce_zero_label:
        renamed[renamed == 0] = 255
        renamed[renamed != 255] -= 1
    dropped = [old for old, new in (label_map or {}).items() if new < 0]
    if dropped:
        renamed[np.isin(label, dropped)] = ignore_index
    return renamed


def intersect_and_union(
    pred_label: np.ndarray | str,
    label: np.ndarray | str,
    num_classes: int,
    ignore_index: int,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
) -> Areas:
    """Count the pixels of each class in one image.

    Pixels labelled ``ignore_index`` do not count. A label outside the classes is no class's label, yet the prediction
    there counts as a prediction.

    Args:
        pred_label: (H, W) predicted classes, or a ``.npy`` or image file of them.
        label: (H, W) label values, or a file of them; it is not altered.
        label_map, reduce_zero_label: applied to ``label`` in this order, see :func:`remap_label`.

    Returns:
        Intersection, union, prediction and label areas, each (num_classes,) int64.

    Raises:
        ValueError: prediction and label differ in shape.
    """
    pred, label = read_label_map(pred_label), read_label_map(label)
    if pred.shape != label.shape:
        raise ValueError(f'a prediction of shape {pred.shape} cannot be compared with a label of shape {label.shape}')
    label = remap_label(label, label_map, reduce_zero_label, ignore_index)
    counted = label != ignore_index
    pred, label = pred[counted], label[counted]
    intersect = _histogram(pred[pred == label], num_classes)
    area_pred, area_label = _histogram(pred, num_classes), _histogram(label, num_classes)
    return intersect, area_pred + area_label - intersect, area_pred, area_label


def _histogram(values: np.ndarray, num_classes: int) -> torch.Tensor:
    inside = values[(values >= 0) & (values < num_classes)]
    return torch.from_numpy(np.bincount(inside, minlength=num_classes))


def total_intersect_and_union(
    results: Iterable,
    gt_seg_maps: Iterable,
    num_classes: int,
    ignore_index: int,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
) -> Areas:
    """:func:`intersect_and_union` summed over images; each area (num_classes,) float64, exact up to 2^53 pixels."""
    per_image = (
        intersect_and_union(result, label, num_classes, ignore_index, label_map, reduce_zero_label)
        for result, label in zip(results, gt_seg_maps))
    return sum_areas(per_image, num_classes)


def sum_areas(per_image: Iterable[Areas], num_classes: int) -> Areas:
    """Add up the areas of many images in float64, where counts of pixels stay exact."""
    total = torch.zeros(4, num_classes, dtype=torch.float64)
    for areas in per_image:
        total += torch.stack([area.double() for area in areas])
    return tuple(total)


def total_area_to_metrics(
    total_area_intersect: torch.Tensor,
    total_area_union: torch.Tensor,
    total_area_pred_label: torch.Tensor,
    total_area_label: torch.Tensor,
    metrics: str | Sequence[str] = ('mIoU',),
    nan_to_num: float | None = None,
    beta: float = 1,
) -> dict[str, np.ndarray]:
    """Turn areas into metrics.

    Args:
        metrics: some of ``'mIoU'``, ``'mDice'``, ``'mFscore'``.
        nan_to_num: stands in for nan, the value of a class that occurs in neither label nor prediction.
        beta: of :func:`f_score`.

    Returns:
        ``aAcc``, the share of right pixels, and per class (num_classes,) float64: ``IoU`` and ``Acc`` for mIoU,
        ``Dice`` and ``Acc`` for mDice, ``Fscore``, ``Precision`` and ``Recall`` for mFscore; all in 0 ... 1.

    Raises:
        ConfigKeyError: another metric.
    """
    both, union, pred, label = (
        np.asarray(area, np.float64)
        for area in (total_area_intersect, total_area_union, total_area_pred_label, total_area_label))
    values = {}
    with np.errstate(divide='ignore', invalid='ignore'):
        values['aAcc'] = both.sum() / label.sum()
        for metric in check_metrics(metrics):
            if metric == 'mIoU':
                values |= {'IoU': both / union, 'Acc': both / label}
            elif metric == 'mDice':
                values |= {'Dice': 2 * both / (pred + label), 'Acc': both / label}
            else:
                precision, recall = both / pred, both / label
                values |= {'Fscore': f_score(precision, recall, beta), 'Precision': precision, 'Recall': recall}
    if nan_to_num is not None:
        values = {name: np.nan_to_num(value, nan=nan_to_num) for name, value in values.items()}
    return values


def pre_eval_to_metrics(
    pre_eval_results: Sequence[Areas],
    metrics: str | Sequence[str] = ('mIoU',),
    nan_to_num: float | None = None,
    beta: float = 1,
) -> dict[str, np.ndarray]:
    """Metrics of a list of :func:`intersect_and_union` results, one an image."""
    areas = sum_areas(pre_eval_results, len(pre_eval_results[0][0]))
    return total_area_to_metrics(*areas, metrics, nan_to_num, beta)


def eval_metrics(
    results: Iterable,
    gt_seg_maps: Iterable,
    num_classes: int,
    ignore_index: int,
    metrics: str | Sequence[str] = ('mIoU',),
    nan_to_num: float | None = None,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
    beta: float = 1,
) -> dict[str, np.ndarray]:
    """Metrics of predictions against labels, given as arrays or files.

    Args:
        results: predictions, and ``gt_seg_maps`` their labels, see :func:`intersect_and_union`.
        metrics, nan_to_num, beta: and the dict that is returned, see :func:`total_area_to_metrics`.
    """
    metrics = check_metrics(metrics)
    areas = total_intersect_and_union(
        results, gt_seg_maps, num_classes, ignore_index, label_map, reduce_zero_label)
    return total_area_to_metrics(*areas, metrics, nan_to_num, beta)


def mean_iou(
    results: Iterable,
    gt_seg_maps: Iterable,
    num_classes: int,
    ignore_index: int,
    nan_to_num: float | None = None,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
) -> dict[str, np.ndarray]:
    """``aAcc`` and, per class, ``IoU`` and ``Acc``; see :func:`eval_metrics`."""
    return eval_metrics(
        results, gt_seg_maps, num_classes, ignore_index, ['mIoU'], nan_to_num, label_map, reduce_zero_label)


def mean_dice(
    results: Iterable,
    gt_seg_maps: Iterable,
    num_classes: int,
    ignore_index: int,
    nan_to_num: float | None = None,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
) -> dict[str, np.ndarray]:
    """``aAcc`` and, per class, ``Dice`` and ``Acc``; see :func:`eval_metrics`."""
    return eval_metrics(
        results, gt_seg_maps, num_classes, ignore_index, ['mDice'], nan_to_num, label_map, reduce_zero_label)


def mean_fscore(
    results: Iterable,
    gt_seg_maps: Iterable,
    num_classes: int,
    ignore_index: int,
    nan_to_num: float | None = None,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
    beta: float = 1,
) -> dict[str, np.ndarray]:
    """``aAcc`` and, per class, ``Fscore``, ``Precision`` and ``Recall``; see :func:`eval_metrics`."""
    return eval_metrics(
        results, gt_seg_maps, num_classes, ignore_index, ['mFscore'], nan_to_num, label_map, reduce_zero_label, beta)
