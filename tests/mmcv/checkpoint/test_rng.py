import random

import numpy as np
import torch

from mmcv.checkpoint import get_rng_state, kept_rng_state, set_rng_state


def draw():
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_a_state_brings_the_same_numbers_again():
    state = get_rng_state()
    first = draw()
    assert draw() != first
    set_rng_state(state)
    assert draw() == first


def test_a_state_can_be_saved_without_trust(tmp_path):
    torch.save(get_rng_state(), tmp_path / 'x.pth')
    first = draw()
    set_rng_state(torch.load(tmp_path / 'x.pth', weights_only=True))
    assert draw() == first


def test_a_block_that_may_draw():
    state = get_rng_state()
    first = draw()
    set_rng_state(state)
    with kept_rng_state():
        draw()
    assert draw() == first
