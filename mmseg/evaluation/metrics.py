"""Segmentation metrics from pixel areas, under the names and conventions of mmsegmentation 0.30."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import torch

from mmcv.utils.errors import ConfigKeyError, did_you_mean

from .areas import Areas, sum_areas, total_intersect_and_union

_Number = TypeVar('_Number', float, np.ndarray, torch.Tensor)

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


def f_score(precision: _Number, recall: _Number, beta: float = 1) -> _Number:
    """The F-beta score, (1 + beta^2) P R / (beta^2 P + R): ``beta`` > 1 weighs recall more than precision."""
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


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
        total_area_intersect, total_area_union, total_area_pred_label, total_area_label: (num_classes,) pixel counts.
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
    """Metrics of a list of :func:`.areas.intersect_and_union` results, one per image."""
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
        results, gt_seg_maps: predictions and their labels.
        num_classes, ignore_index, label_map, reduce_zero_label: as for :func:`.areas.intersect_and_union`.
        metrics, nan_to_num, beta: as for :func:`total_area_to_metrics`.

    Returns:
        The dict of :func:`total_area_to_metrics`.
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
