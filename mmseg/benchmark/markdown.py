"""The rows of the zoo's suite as a table for docs/benchmarks.md."""

import math
from collections.abc import Iterable, Iterator

from .rival import RIVAL

_COLUMNS = ('0.30 ms', 'ours ms', 'times as fast', 'peak MB 0.30', 'peak MB ours', 'of 0.30')


def comparison(rows: Iterable[dict]) -> str:
    """A line per model with times and memory of both sides, and their geometric means, for each work done with it.

    Args:
        rows: of :func:`~mmseg.benchmark.measure`; a case is called 'MODEL: WORK' and has the rival's row and another.
    """
    models, works = {}, {}
    for row in rows:
        model, work = row['case'].rsplit(': ', 1)
        models.setdefault(model, {}).setdefault(work, {})[row['way'] == RIVAL] = row
        works[work] = None
    lines = [f'| model | {" | ".join(f"{work}: {column}" for work in works for column in _COLUMNS)} |',
             f'| --- |{" --- |" * len(works) * len(_COLUMNS)}']
    shares = {work: [_shares(found[work]) for found in models.values() if work in found] for work in works}
    for model, found in models.items():
        lines.append(f'| {model} | {" | ".join(cell for work in works for cell in _cells(found.get(work)))} |')
    means = (cell for work in works for cell in _means(shares[work]))
    return '\n'.join([*lines, f'| geometric mean | {" | ".join(means)} |', ''])


def _shares(sides: dict[bool, dict]) -> tuple[float, float | None]:
    """How many times as fast, and the part of the memory; None where no system told."""
    theirs, ours = sides[True], sides[False]
    known = theirs['peak_bytes'] and ours['peak_bytes'] is not None
    return theirs['median_s'] / ours['median_s'], ours['peak_bytes'] / theirs['peak_bytes'] if known else None


def _cells(sides: dict[bool, dict] | None) -> Iterator[str]:
    if sides is None:
        yield from '-' * len(_COLUMNS)
        return
    faster, memory = _shares(sides)
    yield from (f'{sides[theirs]["median_s"] * 1e3:.0f}' for theirs in (True, False))
    yield f'{faster:.2f}'
    for theirs in (True, False):
        peak = sides[theirs]['peak_bytes']
        yield '-' if peak is None else f'{peak / 1e6:.0f}'
    yield '-' if memory is None else f'{memory:.2f}'


def _means(shares: list[tuple[float, float | None]]) -> tuple[str, ...]:
    faster, memory = (_mean(value for value in column if value is not None) for column in zip(*shares))
    return '', '', faster, '', '', memory


def _mean(values: Iterable[float]) -> str:
    logs = [math.log(value) for value in values if value > 0]
    return f'{math.exp(sum(logs) / len(logs)):.2f}' if logs else '-'
