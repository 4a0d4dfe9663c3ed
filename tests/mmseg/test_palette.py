"""Palettes in every form that users write them in."""

import numpy as np
import pytest
import torch

from mmcv.utils import ConfigError
from mmseg.palette import plain_palette, random_palette

COLOURS = [[0, 51, 255], [255, 102, 0]]


@pytest.mark.parametrize('palette', [
    COLOURS, tuple(map(tuple, COLOURS)), np.array(COLOURS), np.array(COLOURS, np.uint8), np.array(COLOURS, np.float32),
    torch.tensor(COLOURS), [np.array(row) for row in COLOURS],
    np.array(COLOURS) / 255, (np.array(COLOURS) / 255).tolist(), (np.array(COLOURS, np.float32) / 255)])
def test_every_form_is_the_same(palette):
    plain = plain_palette(palette)
    assert plain == COLOURS
    assert all(type(value) is int for row in plain for value in row)


def test_whole_numbers_of_0_and_1_are_no_fractions():
    assert plain_palette([[0, 0, 0], [1, 1, 1]]) == [[0, 0, 0], [1, 1, 1]]
    assert plain_palette([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]) == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize('value', [-1, 256, 300.0, float('nan'), -0.1])
def test_a_value_outside_is_refused_with_its_class(value):
    with pytest.raises(ConfigError, match=r'^data.train.palette: the colour of class 1 is .*0 to 255'):
        plain_palette([[0, 0, 0], [0, value, 0]], 'data.train.palette')


@pytest.mark.parametrize('palette', [
    [], [1, 2, 3], [[1, 2]], [[1, 2, 3], [4, 5]], 'red', [['red', 'green', 'blue']], 7])
def test_what_is_no_table_of_colours_is_refused(palette):
    with pytest.raises(ConfigError, match='per class'):
        plain_palette(palette)


def test_random_colours_are_those_of_0_x():
    before = np.random.get_state()[1].copy()
    assert random_palette(2) == np.random.RandomState(42).randint(0, 255, size=(2, 3)).tolist()
    assert (np.random.get_state()[1] == before).all()
