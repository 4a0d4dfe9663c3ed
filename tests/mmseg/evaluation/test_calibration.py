"""Reliability and the expected calibration error, beside their definitions."""

import math

import numpy as np
import pytest

from mmseg.evaluation.calibration import Calibration


def test_the_error_is_that_of_its_definition():
    draw = np.random.RandomState(0)
    sure = draw.uniform(0, 1, 4000)
    right = draw.uniform(0, 1, 4000) < sure**2
    calibration = Calibration(10)
    for part in np.array_split(np.arange(4000), 3):
        calibration.add(sure[part].reshape(1, -1), right[part].reshape(1, -1))
    expected = 0
    for i in range(10):
        inside = (sure >= i / 10) & (sure < (i + 1) / 10)
        expected += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
        assert calibration.accuracy()[i] == pytest.approx(right[inside].mean())
        assert calibration.confidence()[i] == pytest.approx(sure[inside].mean())
    assert calibration.error() == pytest.approx(expected)
    assert calibration.pixels == 4000


def test_certainty_belongs_to_the_last_bin():
    calibration = Calibration(4)
    calibration.add(np.array([1.0, 0.0, 1.0]), np.array([True, False, False]))
    assert calibration.counts.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0], [2, 1, 2]]
    assert calibration.error() == pytest.approx(1 / 3)
    assert np.isnan(calibration.accuracy()[1])


def test_of_nothing_there_is_no_error():
    assert math.isnan(Calibration().error())
    assert Calibration().pixels == 0
