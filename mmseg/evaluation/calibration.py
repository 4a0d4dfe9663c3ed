"""Whether a model is right as often as it is sure: reliability, and the expected calibration error."""

import numpy as np


class Calibration:
    """Pixels by the confidence with which they were predicted (Guo et al., 2017, https://arxiv.org/abs/1706.04599).

    Args:
        bins: how many of equal width there are between 0 and 1.

    Attributes:
        counts: (bins, 3) float64: pixels, those predicted right, and the sum of their confidences.
    """

    def __init__(self, bins: int = 15) -> None:
        self.counts = np.zeros((bins, 3))

    def add(self, confidence: np.ndarray, right: np.ndarray) -> None:
        """Count pixels: how sure the model was of each, in 0 ... 1, and whether it was right; of one shape."""
        bins = len(self.counts)
        confidence = np.asarray(confidence, np.float64).ravel()
        at = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
        for column, weights in enumerate((None, np.asarray(right, np.float64).ravel(), confidence)):
            self.counts[:, column] += np.bincount(at, weights, bins)

    @property
    def pixels(self) -> int:
        """How many were counted."""
        return int(self.counts[:, 0].sum())

    def accuracy(self) -> np.ndarray:
        """(bins,) share of right pixels; nan in an empty bin."""
        return self._mean(1)

    def confidence(self) -> np.ndarray:
        """(bins,) mean confidence; nan in an empty bin."""
        return self._mean(2)

    def error(self) -> float:
        """The expected calibration error, in 0 ... 1: |accuracy - confidence|, averaged over the pixels."""
        pixels, right, sure = self.counts.T
        return float(np.abs(right - sure).sum() / pixels.sum()) if self.pixels else float('nan')

    def _mean(self, column: int) -> np.ndarray:
        with np.errstate(invalid='ignore'):
            return self.counts[:, column] / self.counts[:, 0]
