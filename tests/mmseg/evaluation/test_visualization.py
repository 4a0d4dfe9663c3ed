"""Label maps in colour, and pictures side by side."""

import numpy as np
import pytest

from mmseg.evaluation.visualization import colorize, comparison, side_by_side

PALETTE = [[255, 0, 0], [0, 255, 0]]


@pytest.mark.parametrize('palette', [PALETTE, np.array(PALETTE), np.array(PALETTE) / 255])
@pytest.mark.parametrize('kind', [np.uint8, np.int64])
def test_what_has_no_colour_is_black(palette, kind):
    label = np.array([[0, 1, 2, 255]]).astype(kind)
    assert colorize(label, palette).tolist() == [[*PALETTE, [0, 0, 0], [0, 0, 0]]]


def test_negative_labels_are_black():
    assert colorize(np.array([[-1, -2, 1]]), PALETTE).tolist() == [[[0, 0, 0], [0, 0, 0], PALETTE[1]]]


def test_side_by_side():
    a, b = np.zeros((2, 3, 3), np.uint8), np.full((2, 1, 3), 9, np.uint8)
    assert side_by_side(a, b, gap=2)[0, :, 0].tolist() == [0, 0, 0, 255, 255, 9]


@pytest.mark.parametrize('label_shape', [(4, 6), (2, 3)])
def test_all_parts_have_the_size_of_the_prediction(label_shape):
    """The image may have been loaded at another size, and so may a label."""
    label, prediction = np.zeros(label_shape, int), np.ones((4, 6), int)
    shown = comparison(np.full((8, 12, 3), 7, np.uint8), label, prediction, PALETTE)
    assert shown.shape == (4, 3 * 6 + 8, 3)
    assert (shown[:, :6] == 7).all()
    assert (shown[:, 10:16] == [0, 0, 255]).all()  # BGR
    assert (shown[:, 20:] == [0, 255, 0]).all()
