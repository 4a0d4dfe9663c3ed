"""The charts of a run, or of several over each other, out of their logs."""

from collections.abc import Iterator, Mapping, Sequence

from mmseg.evaluation.curves import panels_of
from mmseg.evaluation.run_log import Entry, positions

from .chart import line_chart
from .words import duration, percent

_TITLES = {'loss': 'Loss', 'validation': 'Validation', 'learning rate': 'Learning rate'}


def charts_of(entries: Sequence[Entry]) -> list[dict]:
    """Loss, validation, learning rate, share of waiting, time and memory of one run; what the log lacks is left out."""
    unit, panels = panels_of(entries)
    charts = [line_chart(_TITLES[title], unit, lines, percent=title == 'validation') for title, lines in panels]
    charts += [line_chart(title, unit, [(name, points)], percent) for title, name, points, percent in _pace(entries)]
    return [chart for chart in charts if chart is not None]


def charts_of_runs(runs: Mapping[str, Sequence[Entry]]) -> list[dict]:
    """Loss and mIoU of several runs, one line each."""
    unit = next((positions(entries)[0] for entries in runs.values() if entries), 'iteration')
    charts = [
        line_chart(title, unit, [(name, list(_points(entries, key, mode))) for name, entries in runs.items()], percent)
        for title, key, mode, percent in (('Loss', 'loss', 'train', False), ('mIoU', 'mIoU', 'val', True))]
    return [chart for chart in charts if chart is not None]


def _points(entries: Sequence[Entry], key: str, mode: str) -> Iterator[tuple[float, float]]:
    for place, entry in zip(positions(entries)[1], entries):
        if entry['mode'] == mode and key in entry:
            yield place, entry[key]


def _pace(entries: Sequence[Entry]) -> Iterator[tuple[str, str, list, bool]]:
    """(title, name of the line, points, whether they are shares)."""
    train = [(place, entry) for place, entry in zip(positions(entries)[1], entries) if entry['mode'] == 'train']
    yield 'Share of waiting for data', 'waiting', [
        (place, waiting) for place, entry in train if (waiting := waited(entry)) is not None], True
    for title, name, key in (('Seconds per iteration', 'seconds', 'time'), ('Peak memory, MB', 'MB', 'memory')):
        yield title, name, [(place, entry[key]) for place, entry in train if key in entry], False


def waited(entry: Entry) -> float | None:
    """The share of an interval that was spent waiting for data."""
    if 'data_share' in entry:
        return entry['data_share']
    return entry['data_time'] / entry['time'] if entry.get('time') and 'data_time' in entry else None


def pace(entries: Sequence[Entry]) -> dict[str, str]:
    """What a run has taken, in words: time per iteration, waiting, the whole, memory."""
    unit, places = positions(entries)
    train = [(place, entry) for place, entry in zip(places, entries) if entry['mode'] == 'train' and 'time' in entry]
    if not train:
        return {}
    seconds = sum(entry['time'] for _, entry in train) / len(train)
    told = {'Seconds per iteration': f'{seconds:.3f}'}
    shares = [share for _, entry in train if (share := waited(entry)) is not None]
    if shares:
        told['Waiting for data'] = f'{percent(sum(shares) / len(shares))} %'
    if unit == 'iteration':
        told['Training so far'] = duration(train[-1][0] * seconds)
    if memory := [entry['memory'] for _, entry in train if 'memory' in entry]:
        told['Peak memory'] = f'{max(memory):,} MB'
    return told
