"""How far a mIoU could have come out otherwise: a bootstrap interval over the images."""

import warnings

import numpy as np

_CHUNK = 100  # resamples at a time: bounds the memory to 100 weights per image


def bootstrap_interval(
    intersect: np.ndarray, union: np.ndarray, resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap of the mIoU (Efron, 1979): images are drawn with replacement, their pixel counts added up.

    Args:
        intersect, union, resamples, seed: as for :func:`bootstrap_ious`.
        level: the share of draws that the interval holds.

    Returns:
        Lower and upper end, in 0 ... 1.
    """
    low, high = middle_of(np.nanmean(bootstrap_ious(intersect, union, resamples, seed), axis=1), level)
    return float(low), float(high)


def bootstrap_ious(intersect: np.ndarray, union: np.ndarray, resamples: int = 1000, seed: int = 0) -> np.ndarray:
    """The IoU of every class in each draw of images.

    Args:
        intersect, union: (images, K) pixel counts.
        resamples: number of draws.
        seed: of the draws; two models on the same images are compared draw by draw under one seed.

    Returns:
        (resamples, K) in 0 ... 1; nan where a draw has no pixel of a class.
    """
    images = len(intersect)
    draw = np.random.RandomState(seed)
    parts = []
    for start in range(0, resamples, _CHUNK):
        size = min(_CHUNK, resamples - start)
        times = draw.multinomial(images, np.full(images, 1 / images), size=size).astype(np.float64)
        with np.errstate(invalid='ignore'):
            parts.append((times @ intersect) / (times @ union))
    return np.concatenate(parts)


def middle_of(draws: np.ndarray, level: float = 0.95) -> np.ndarray:
    """The ends of the interval that holds the middle ``level`` of the draws.

    Args:
        draws: (resamples, ...); nan does not count.
        level: in 0 ... 1.

    Returns:
        (2, ...): lower and upper end; nan where all draws are.
    """
    tail = 50 * (1 - level)
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'All-NaN slice')
        return np.nanpercentile(draws, [tail, 100 - tail], axis=0)
