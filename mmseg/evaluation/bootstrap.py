"""How far a mIoU could have come out otherwise: a bootstrap interval over the images."""

import numpy as np

_CHUNK = 100  # resamples at a time: bounds the memory to 100 weights per image


def bootstrap_interval(
    intersect: np.ndarray, union: np.ndarray, resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap of the mIoU (Efron, 1979): images are drawn with replacement, their pixel counts added up.

    Args:
        intersect, union: (images, K) pixel counts.
        resamples: number of draws.
        level: the share of draws that the interval holds.
        seed: of the draws.

    Returns:
        Lower and upper end, in 0 ... 1.
    """
    images = len(intersect)
    draw = np.random.RandomState(seed)
    means = []
    for start in range(0, resamples, _CHUNK):
        size = min(_CHUNK, resamples - start)
        times = draw.multinomial(images, np.full(images, 1 / images), size=size).astype(np.float64)
        with np.errstate(invalid='ignore'):
            iou = (times @ intersect) / (times @ union)
        means.append(np.nanmean(iou, axis=1))
    tail = 50 * (1 - level)
    low, high = np.percentile(np.concatenate(means), [tail, 100 - tail])
    return float(low), float(high)
