"""IoU per class with bootstrap intervals, and the differences of two runs."""

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmseg.evaluation.bootstrap import bootstrap_ious, middle_of
from mmseg.evaluation.image_pairs import ImagePairs


class Score(NamedTuple):
    """A value in 0 ... 1 (of a difference, -1 ... 1), and the ends of its 95 % interval; nan where there is none."""

    value: float
    low: float = float('nan')
    high: float = float('nan')

    @property
    def certain(self) -> bool:
        """Of a difference: whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


class ClassScore(NamedTuple):
    """What the table of classes says of one.

    Attributes:
        name: of the class.
        iou: with its interval, where images were counted one by one.
        accuracy: the share of its pixels that are found, in 0 ... 1.
        share: of the labelled pixels, in 0 ... 1; None where it is not known.
        images: in how many labels it occurs; None where it is not known.
    """

    name: str
    iou: Score
    accuracy: float
    share: float | None = None
    images: int | None = None


class Drawn:
    """The IoUs of a run, and those of a thousand draws of its images.

    Args:
        pairs: what was counted of each image.

    Attributes:
        ious, draws: (K,) and (1000, K) in 0 ... 1, nan where a class does not occur.
    """

    def __init__(self, pairs: ImagePairs) -> None:
        areas = pairs.areas()
        with np.errstate(invalid='ignore'):
            self.ious = areas[:, 0].sum(0) / areas[:, 1].sum(0)
        self.draws = bootstrap_ious(areas[:, 0], areas[:, 1])

    def scores(self, earlier: 'Drawn | None' = None) -> tuple[Score, list[Score]]:
        """The mean IoU and the IoU of each class; with ``earlier``, what they have gained over that run.

        Both have to be of the same images: they are drawn together, so that what makes an image hard does not count.
        """
        values, draws = self.ious, self.draws
        means, mean = _nanmean(draws, 1), _nanmean(values, 0)
        if earlier is not None:
            means, mean = means - _nanmean(earlier.draws, 1), mean - _nanmean(earlier.ious, 0)
            values, draws = values - earlier.ious, draws - earlier.draws
        return Score(float(mean), *map(float, middle_of(means))), [
            Score(*map(float, row)) for row in zip(values, *middle_of(draws))]


def _nanmean(values: np.ndarray, axis: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Mean of empty slice')
        return np.nanmean(values, axis=axis)


def class_scores(pairs: ImagePairs, drawn: Drawn, names: Sequence[str]) -> list[ClassScore]:
    """One per class, of what was counted."""
    total = pairs.total()
    of_label = total[:-1].sum(1)
    holding = sum((pairs.of(index)[:-1].sum(1) > 0).astype(int) for index in pairs.images)
    with np.errstate(invalid='ignore'):
        accuracy = total.diagonal()[:-1] / of_label
    return [ClassScore(name, iou, float(found), float(pixels / max(1, of_label.sum())), int(images))
            for name, iou, found, pixels, images in zip(names, drawn.scores()[1], accuracy, of_label, holding)]


def logged_scores(metrics: Mapping[str, float]) -> list[ClassScore]:
    """One per class, of what a log tells: ``IoU.road``, ``Acc.road``."""
    names = [name.removeprefix('IoU.') for name in metrics if name.startswith('IoU.')]
    return [ClassScore(name, Score(metrics[f'IoU.{name}']), metrics.get(f'Acc.{name}', float('nan')))
            for name in names]
