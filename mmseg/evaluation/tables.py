"""Metrics as users read them: two tables, and a flat dict rounded to hundredths of a percent."""

import logging
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from prettytable import PrettyTable

from mmcv.utils import print_log
from mmseg.protocols import Counts


def _percent(value: np.ndarray) -> np.ndarray:
    return np.round(value * 100, 2)


def _summary(metrics: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Class means (over the classes that occur) in percent: ``aAcc``, ``mIoU``, ``mAcc`` ..."""
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Mean of empty slice')  # no class occurs: nan is the answer
        return {name if name == 'aAcc' else f'm{name}': float(_percent(np.nanmean(v))) for name, v in metrics.items()}


def log_tables(
    metrics: Mapping[str, np.ndarray], class_names: Sequence, logger: logging.Logger | str | None = None
) -> None:
    """Print the table of classes and the table of means, in percent.

    Args:
        metrics: from :func:`mmseg.evaluation.metrics.eval_metrics`.
        class_names: one per class.
        logger: as for :func:`mmcv.utils.print_log`; None prints.
    """
    classes, summary = PrettyTable(), PrettyTable()
    classes.add_column('Class', list(class_names))
    for name, values in metrics.items():
        if name != 'aAcc':
            classes.add_column(name, _percent(values).tolist())
    for name, value in _summary(metrics).items():
        summary.add_column(name, [value])
    print_log('per class results:', logger)
    print_log(f'\n{classes.get_string()}', logger)
    print_log('Summary:', logger)
    print_log(f'\n{summary.get_string()}', logger)


def describe_means(metrics: Mapping[str, np.ndarray], absent: Sequence[str]) -> str:
    """Over how many classes the means of :func:`log_tables` go.

    Args:
        metrics: as there.
        absent: the classes without a pixel in the ground truth.
    """
    over = {f'm{name}': int((~np.isnan(values)).sum()) for name, values in metrics.items() if name != 'aAcc'}
    total = max(len(values) for name, values in metrics.items() if name != 'aAcc')
    if len(set(over.values())) == 1:
        text = f'The means go over {next(iter(over.values()))} of {total} classes'
    else:
        text = f'Of {total} classes, ' + ', '.join(f'{name} is the mean of {count}' for name, count in over.items())
    return f'{text}. Without a pixel in the ground truth: {", ".join(absent)}' if absent else text


def flatten(metrics: Mapping[str, np.ndarray], class_names: Sequence) -> dict[str, float]:
    """``{'aAcc': ..., 'mIoU': ..., 'IoU.road': ...}`` in 0 ... 1, rounded to four places; what logs and hooks carry."""
    flat = {name: value / 100 for name, value in _summary(metrics).items()}
    for name, values in metrics.items():
        if name != 'aAcc':
            flat |= {f'{name}.{label}': float(_percent(value)) / 100 for label, value in zip(class_names, values)}
    return flat


def summarize(
    counts: Counts, class_names: Sequence[str], metric: list[str], logger: logging.Logger | str | None = None,
    bootstrap: int = 0,
) -> dict[str, float]:
    """Print the metrics of what was counted, and return them as :func:`flatten` does.

    Args:
        counts: what was counted.
        class_names: one per class.
        metric: names of metrics.
        logger: as for :func:`mmcv.utils.print_log`.
        bootstrap: number of resamples for the 95 % interval of mIoU over images, ``mIoU.low`` and ``mIoU.high``; 0 for
            none.
    """
    values = counts.metrics(metric)
    log_tables(values, class_names, logger)
    absent = [name for name, area in zip(class_names, counts.areas()[3].tolist()) if not area]
    print_log(describe_means(values, absent), logger, logging.WARNING if absent else logging.INFO)
    flat = flatten(values, class_names)
    if bootstrap:
        low, high = counts.interval(bootstrap)
        print_log(f'mIoU, 95 % interval over images: {low:.2%} to {high:.2%}', logger)
        flat |= {'mIoU.low': round(low, 4), 'mIoU.high': round(high, 4)}
    return flat
