"""What the image functions share."""

import numpy as np
import pytest

from mmcv.image import channel_values
from mmcv.image.channels import choose, on_channels, pair


def test_choices_by_name():
    assert choose({'a': 1, 'b': 2}, 'b', 'letter') == 2
    with pytest.raises(ValueError, match="^unknown letter 'c'; take one of a, b$"):
        choose({'a': 1, 'b': 2}, 'c', 'letter')


def test_pairs():
    assert pair(3) == (3, 3)
    assert pair(np.float32(0.5)) == (0.5, 0.5)
    assert pair([1, 2]) == (1, 2)


def test_values_of_channels():
    colour, depth = np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32)
    assert channel_values((0.4, 0.6, 300), colour, 'fill') == [0, 1, 255]
    assert channel_values((0, 0, 0), depth, 'fill') == [0]
    assert channel_values(0.4, depth, 'fill') == [0.4]
    with pytest.raises(ValueError, match=r'^fill=\(1, 2\) has 2 values, but the image has 3 channels$'):
        channel_values((1, 2), colour, 'fill')


@pytest.mark.parametrize('channels', [1, 3, 4, 5, 130])
@pytest.mark.parametrize('whole', [True, False])
def test_any_number_of_channels(channels, whole):
    firsts = []

    def warp(part, first):
        firsts.append(first)
        return part.squeeze(-1) * 2 if part.shape[2] == 1 else part * 2  # OpenCV drops a single channel

    img = np.random.default_rng(0).random((3, 4, channels), np.float32)
    assert np.array_equal(on_channels(warp, img, whole), img * 2)
    assert firsts == ([0] if whole or channels <= 4 else list(range(0, channels, 4)))
