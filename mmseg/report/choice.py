"""Which validation images are worth a look."""

import warnings
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from mmseg.evaluation.counting import largest_confusions
from mmseg.evaluation.image_pairs import ImagePairs
from mmseg.samples import spread

BEST, WORST, CONFUSED = 'best', 'worst', 'confused'


class Chosen(NamedTuple):
    """An image that is to be shown.

    Attributes:
        index: of the sample.
        why: one of 'best', 'worst', 'confused'; '' where nothing is known of the images.
        iou: the mean IoU of the image, in 0 ... 1; None where it is not known.
    """

    index: int
    why: str
    iou: float | None


def choose(pairs: ImagePairs | None, images: int, count: int) -> list[Chosen]:
    """The worst and the best images, and those that hold most of the largest confusions.

    Args:
        pairs: what was counted of each image; None if nothing was: then images are evenly spread.
        images: how many there are.
        count: half of them are the worst and half the best ones; up to as many again are confused ones.

    Returns:
        Some of each kind in turn, for the time may not be enough for all.
    """
    if pairs is None or not pairs.images:
        return [Chosen(index, '', None) for index in spread(images, count)]
    ious = image_ious(pairs)
    ranked = sorted(ious, key=ious.get)
    half = min(count, len(ranked)) // 2
    worst = ranked[:min(count, len(ranked)) - half]
    best = ranked[len(ranked) - half:][::-1]
    confused = [index for index in _most_confused(pairs, count) if index not in {*worst, *best}]
    groups = [[Chosen(index, why, ious.get(index)) for index in indices]
              for why, indices in ((WORST, worst), (BEST, best), (CONFUSED, confused))]
    return [one for row in zip_longest(*groups) for one in row if one is not None]


def image_ious(pairs: ImagePairs) -> dict[int, float]:
    """The mean IoU of each image, over the classes in its label or prediction; images without any are left out."""
    areas = pairs.areas().astype(np.float64)
    with np.errstate(invalid='ignore'), warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Mean of empty slice')
        means = np.nanmean(areas[:, 0] / areas[:, 1], axis=1)
    return {index: float(mean) for index, mean in zip(pairs.indices(), means) if not np.isnan(mean)}


def _most_confused(pairs: ImagePairs, most: int) -> list[int]:
    """For each of the largest confusions the image with most of it, each image once."""
    cells, holders = largest_confusions(pairs.total()[:-1, :-1], 4 * most), pairs.holders(1)
    return list(dict.fromkeys(holders[cell][0][0] for cell in cells))[:most]
