"""Numbers as the pages write them."""

import math

from .scores import Score

_NONE = '\N{EN DASH}'


def percent(value: float | None) -> str:
    """A share in percent; a dash for none."""
    return _NONE if value is None or math.isnan(value) else f'{100 * value:.1f}'


def points(gain: Score) -> str:
    """A difference of shares in points, with its sign; a dash for none."""
    return _NONE if math.isnan(gain.value) else f'{100 * gain.value:+.1f}'


def interval(score: Score) -> str:
    """The ends of an interval, in percent; '' where there is none."""
    return '' if math.isnan(score.low) else f'{percent(score.low)} to {percent(score.high)}'


def duration(seconds: float) -> str:
    """A time, by its two largest units."""
    total = math.ceil(seconds)
    parts = [(total // 86400, 'd'), (total // 3600 % 24, 'h'), (total // 60 % 60, 'min'), (total % 60, 's')]
    first = next((i for i, (number, _) in enumerate(parts) if number), 3)
    return ' '.join(f'{number} {unit}' for number, unit in parts[first:first + 2] if number or unit == 's')
