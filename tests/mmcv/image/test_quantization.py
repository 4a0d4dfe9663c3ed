"""Numbers as levels, and back."""

import numpy as np
import pytest

from mmcv.image import dequantize, quantize


def test_levels_and_their_middles():
    assert quantize(np.array([-2, -1, -0.01, 0, 0.99, 1, 5]), -1, 1, 4).tolist() == [0, 0, 1, 2, 3, 3, 3]
    assert dequantize(np.arange(4), -1, 1, 4).tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert quantize(np.zeros(2), -1, 1, 4, np.uint8).dtype == np.uint8


@pytest.mark.parametrize('limits', [(0, 1, 1), (0, 1, 2.5), (1, 1, 4)])
def test_mistakes(limits):
    for function in (quantize, dequantize):
        with pytest.raises(ValueError, match='levels|min_val'):
            function(np.zeros(2), *limits)
