import numpy as np
import pytest

from mmseg.datasets import class_weights


class Labels:
    CLASSES = 'abcd'
    ignore_index = 255
    maps = [np.array([0] * 6 + [1] * 2 + [255] * 9), np.array([0] * 7 + [2])]

    def __len__(self):
        return len(self.maps)

    def eval_label(self, index):
        return self.maps[index]


def test_median_frequency():
    """a: 13 of the 16 pixels of both images; b: 2 of 8 in one; c: 1 of 8 in the other; d does not occur."""
    weights = class_weights(Labels())
    assert weights == pytest.approx([0.25 / (13 / 16), 1, 2, 1])


def test_inverse_log():
    expected = [1 / np.log(1.02 + share) for share in (13 / 16, 2 / 16, 1 / 16, 0)]
    assert class_weights(Labels(), 'inverse_log') == pytest.approx(expected)


def test_reads_a_part_of_a_large_set():
    large = Labels()
    large.maps = [np.array([i % 2]) for i in range(1001)]
    read = []
    large.eval_label = lambda index: read.append(index) or large.maps[index]
    class_weights(large, max_images=5)
    assert read == [0, 250, 500, 750, 1000]


def test_unknown_method():
    with pytest.raises(ValueError, match='median_frequency'):
        class_weights(Labels(), 'auto')
