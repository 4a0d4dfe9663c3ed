"""Values of label files to class indices."""

import numpy as np
import pytest

from mmseg.conversion import Refused
from mmseg.conversion.label_maps import label_colours, relabel


def test_relabel_knows_values_outside_of_a_byte():
    label = np.array([[-1, 0, 5], [256, 300, 1]])
    np.testing.assert_array_equal(relabel(label, {0: 7, 1: 8, 5: 9}, unknown=255), [[255, 7, 9], [255, 255, 8]])
    np.testing.assert_array_equal(relabel(np.array([[1.0, 0.0]]), {0: 7, 1: 8}), [[8, 7]])
    with pytest.raises(Refused) as refused:
        relabel(label, {0: 7, 1: 8, 5: 9})
    assert refused.value.reason == 'unknown label value'
    assert refused.value.detail.startswith('-1, 50.00% of the pixels')


def test_colours_of_every_strip():
    colours = {(0, 0, 0): 4, (255, 0, 1): 5, (1, 0, 255): 6}
    index = np.random.default_rng(0).integers(0, 3, (200, 7))
    image = np.array(list(colours), np.uint8)[index]
    np.testing.assert_array_equal(label_colours(image, colours), index + 4)
    image[199, 6] = (0, 1, 0)
    assert label_colours(image, colours, unknown=9)[199, 6] == 9
    with pytest.raises(Refused, match=r'unknown colour.*\[0, 1, 0\], 0\.07% of the pixels'):
        label_colours(image, colours)
