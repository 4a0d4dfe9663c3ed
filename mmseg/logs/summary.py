"""What is said of curves: their names, and their best and last values."""

from collections.abc import Sequence

from prettytable import PrettyTable

from .runs import Curve


def legend_of(curves: Sequence[Curve]) -> list[str]:
    """What tells the curves apart: runs, keys, or both."""
    many_runs = len({curve.run for curve in curves}) > 1
    many_keys = len({curve.key for curve in curves}) > 1
    return [' '.join([curve.run] * many_runs + [curve.key] * (many_keys or not many_runs)) for curve in curves]


def table(curves: Sequence[Curve]) -> PrettyTable:
    """Their best and last values, one row per curve."""
    result = PrettyTable(['run', 'key', 'best', 'at', 'last'])
    result.align = 'r'
    result.align['run'] = result.align['key'] = 'l'
    for curve in curves:
        best = ('', '') if curve.best is None else (f'{curve.best[1]:.4g}', f'{curve.unit} {curve.best[0]:g}')
        result.add_row([curve.run, curve.key, *best, f'{curve.points[-1][1]:.4g}'])
    return result
