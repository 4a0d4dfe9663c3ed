"""Another way than the default is taken only where it is clearly faster, and only one that is allowed."""

import pytest
import torch

from mmcv.ops.choice import choose, described, fastest
from mmcv.ops.measurement import Way

FIXED = Way()
LAST, TILES = Way(channels_last=True), Way(channels_last=True, winograd=4)
HALF = Way(channels_last=True, half='bfloat16')
EVERY = [FIXED, LAST, TILES, HALF]


def rounds(**others):
    """Four equal rounds of each way, in seconds of the wide block, or of the wide and the light one."""
    both = {way: seconds if isinstance(seconds, tuple) else (seconds, 1.0) for way, seconds in others.items()}
    return {FIXED: [(1.0, 1.0)] * 4, **{globals()[name]: [seconds] * 4 for name, seconds in both.items()}}


@pytest.mark.parametrize(('others', 'allowed', 'expected'), [
    (dict(LAST=0.9, TILES=0.8, HALF=0.5), EVERY, HALF),
    (dict(LAST=0.9, TILES=0.8, HALF=0.5), [FIXED, LAST, TILES], TILES),
    (dict(LAST=0.9, TILES=0.8, HALF=0.5), [FIXED, LAST], LAST),
    (dict(LAST=0.9, TILES=0.8, HALF=0.5), [FIXED], FIXED),
    (dict(LAST=0.96, TILES=0.97), EVERY, FIXED),  # faster, but not clearly
    (dict(LAST=1.3, TILES=2.0), EVERY, FIXED),
    (dict(LAST=(1.0, 0.8)), EVERY, LAST),  # faster for some networks, and as fast for the others
    (dict(LAST=(1.01, 0.8)), EVERY, LAST),
    (dict(LAST=(1.03, 0.5)), EVERY, FIXED),
    (dict(LAST=(0.5, 1.03)), EVERY, FIXED),
    (dict(LAST=(0.5, 1.03), TILES=(0.9, 1.0)), EVERY, TILES),
    (dict(LAST=(0.6, 0.9), TILES=(0.9, 0.5)), EVERY, TILES),
    ({}, EVERY, FIXED),
])
def test_the_fastest_that_is_allowed(others, allowed, expected):
    assert choose(rounds(**others), allowed, FIXED).way == expected


@pytest.mark.parametrize(('fixed', 'last', 'expected'), [
    ([1.0, 1.0, 1.0], [0.7, 0.7, 0.7], LAST),
    ([1.0, 1.0, 1.0], [0.7, 2.0, 0.7], LAST),  # disturbed once
    ([2.0, 2.0, 1.0], [0.7, 1.0, 1.0], FIXED),  # one lucky round is none
    ([2.0, 0.7, 2.0], [0.8, 0.8, 0.8], FIXED),  # the default can do as much
])
def test_a_win_is_beyond_the_spread(fixed, last, expected):
    times = {way: [(seconds, 1.0) for seconds in given] for way, given in ((FIXED, fixed), (LAST, last))}
    assert choose(times, EVERY, FIXED).way == expected


def test_a_default_of_the_users_is_what_has_to_be_beaten():
    times = rounds(LAST=0.7, TILES=0.69)
    assert choose(times, [LAST, TILES], LAST).way == LAST
    assert choose(rounds(LAST=0.9, TILES=0.69), [LAST, TILES], LAST).way == TILES


def test_a_default_that_nobody_measured_stays():
    unknown = Way(half='float16')
    assert choose(rounds(LAST=0.5), [unknown, LAST], unknown) == (unknown, 'its time is not known')


def test_the_reason_says_how_much_and_where(monkeypatch):
    monkeypatch.setattr('mmcv.ops.choice.times_of', {'training': rounds(LAST=0.75)}.get)
    monkeypatch.setattr('mmcv.ops.choice.processor', lambda: 'Abacus 9')
    way, why = fastest('training', EVERY, FIXED)
    assert way == LAST
    threads = torch.get_num_threads()
    assert why == ('0.75 (wide), 1.00 (light) of the time of channels_last=False, winograd=True; '
                   f'training, Abacus 9, {threads} '
                   f'thread{"s" if threads > 1 else ""}')
    monkeypatch.setattr('mmcv.ops.choice.times_of', {'training': rounds(LAST=0.99)}.get)
    assert fastest('training', EVERY, FIXED).why.startswith(
        'no other way is clearly faster (channels_last=True, winograd=True: 0.99 (wide), 1.00 (light)); training, ')
    assert '(none was measured)' in fastest('training', [FIXED, TILES], FIXED).why


def test_ways_are_described_as_in_a_config():
    assert described(HALF) == 'channels_last=True, winograd=True, bfloat16'
