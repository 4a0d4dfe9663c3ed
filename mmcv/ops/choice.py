"""The way to convolve that is fastest on this processor, and why."""

from collections.abc import Collection
from typing import NamedTuple

import torch

from mmcv.utils import processor

from .measurement import BLOCKS, Times, Way, least, times_of

_FASTER, _SLOWER = 0.05, 0.02  # by what share of the time, to be taken and to be left


class Choice(NamedTuple):
    """A way to convolve.

    Attributes:
        way: the way.
        why: the reason, for the log.
    """

    way: Way
    why: str


def fastest(work: str, allowed: Collection[Way], default: Way) -> Choice:
    """The fastest of the ways that are allowed, as measured on this machine; the default where none is clearly faster.

    Args:
        work: 'inference' or 'training'.
        allowed: ways; those that were not measured are not taken.
        default: one of them.
    """
    choice = choose(times_of(work), allowed, default)
    threads = torch.get_num_threads()
    return choice._replace(why=f'{choice.why}; {work}, {processor()}, {threads} thread{"s" * (threads > 1)}')


def choose(times: Times, allowed: Collection[Way], default: Way) -> Choice:
    """As :func:`fastest`, by times of each way.

    Another way has to be faster than the default for one block by a margin, and by more than the spread: even its
    second best round has to beat the best of the default so. For no block it may be slower.
    """
    if default not in times:
        return Choice(default, 'its time is not known')
    others = [way for way in times if way in allowed and way != default]
    shares = {way: _shares(times, way, default) for way in others}
    better = [way for way in others if min(_shares(times, way, default, 1)) <= 1 - _FASTER
              and max(shares[way]) <= 1 + _SLOWER]
    if not better:
        told = '; '.join(f'{described(way)}: {_told(shares[way])}' for way in others)
        return Choice(default, f'no other way is clearly faster ({told or "none was measured"})')
    best = min(better, key=lambda way: sum(shares[way]))
    return Choice(best, f'{_told(shares[best])} of the time of {described(default)}')


def _shares(times: Times, way: Way, default: Way, rank: int = 0) -> list[float]:
    """For each block, the best round of a way (or a later one) by the best of the default."""
    return [mine / theirs for mine, theirs in zip(least(times[way], rank), least(times[default]))]


def _told(shares: list[float]) -> str:
    """'0.61 (wide), 0.80 (light)'."""
    return ', '.join(f'{share:.2f} ({block})' for share, block in zip(shares, BLOCKS))


def described(way: Way) -> str:
    """A way as a config writes it."""
    half = f', {way.half}' if way.half else ''
    return f'channels_last={way.channels_last}, winograd={way.winograd}{half}'
