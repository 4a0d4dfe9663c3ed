"""Curves of a run, drawn from its logs."""

import re
from pathlib import Path

from .run_log import Entry, first_of, positions, read_log, read_logs

#: Validation metrics that get a curve: means over classes, also of several data sets, not those of single classes.
_MEANS = re.compile(r'(\d+_)?(aAcc|m[A-Z]\w*)')

Line = tuple[str, list[tuple[float, float]]]


def draw_curves(log: str | Path, out: str | Path) -> bool:
    """Draw losses, validation metrics and learning rate into a PNG.

    Args:
        log: a work directory, for all its ``.log.json`` files as one run (see :func:`.run_log.read_logs`), or one file.
        out: the PNG.

    Returns:
        Whether there was something to draw.

    Raises:
        FileNotFoundError: there is no log.
        ImportError: matplotlib is missing.
    """
    entries = read_logs(log) if Path(log).is_dir() else read_log(log)
    unit, panels = panels_of(entries)
    if not panels:
        return False
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(panels), figsize=(5 * len(panels), 3.6), squeeze=False)
    for axis, (title, lines) in zip(axes[0], panels):
        for name, points in lines:
            axis.plot(*zip(*points), label=name, marker='.' if len(points) < 30 else None)
        axis.set(title=title, xlabel=unit)
        axis.grid(alpha=0.3)
        axis.legend(fontsize='small')
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    plt.close(figure)
    return True


def panels_of(entries: list[Entry]) -> tuple[str, list[tuple[str, list[Line]]]]:
    """The unit of the x axis, and each panel with points in it."""
    unit, places = positions(entries)
    train = [(at, entry) for at, entry in zip(places, entries) if entry['mode'] == 'train']
    val = [(at, entry) for at, entry in zip(places, entries) if entry['mode'] != 'train']
    rates = [(at, {'lr': first_of(entry['lr'])}) for at, entry in train if 'lr' in entry]
    if not train:
        return unit, []
    panels = [
        ('loss', [_line(name, train) for name in _names(train) if 'loss' in name]
         + [('validation loss', _line('loss', val)[1]) for name in _names(val) if name == 'loss']),
        ('validation', [_line(name, val) for name in _names(val) if _MEANS.fullmatch(name)]),
        ('learning rate', [_line('lr', rates)] if rates else []),
    ]
    return unit, [(title, lines) for title, lines in panels if lines]


def _names(entries: list[tuple[float, Entry]]) -> list[str]:
    """The keys of all entries, in the order in which they came up."""
    return list(dict.fromkeys(name for _, entry in entries for name in entry))


def _line(name: str, entries: list[tuple[float, Entry]]) -> Line:
    return name, [(at, entry[name]) for at, entry in entries if name in entry]
