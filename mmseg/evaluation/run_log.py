"""What a run wrote into its ``.log.json`` files, over all its resumes."""

import json
from collections.abc import Sequence
from itertools import pairwise, takewhile
from pathlib import Path

Entry = dict


def read_log(path: str | Path) -> list[Entry]:
    """The entries of a ``.log.json`` that have a mode and a place, without what is null in them.

    A line cut off by a kill is passed over.
    """
    entries = []
    for line in Path(path).read_text(encoding='utf-8', errors='replace').splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict) and 'mode' in entry and isinstance(entry.get('iter'), int):
            entries.append({name: value for name, value in entry.items() if value is not None})
    return entries


def read_logs(work_dir: str | Path) -> list[Entry]:
    """The entries of all ``.log.json`` files of a folder, as if the run had never been cut off.

    The files are taken in the order of their names, which begin with the time. Where a run went on from before the end
    of the last, what it did again counts, and not what the last one had done.

    Raises:
        FileNotFoundError: there is no such file.
    """
    paths = sorted(Path(work_dir).glob('*.log.json'))
    if not paths:
        raise FileNotFoundError(f'{work_dir}: there is no .log.json')
    entries: list[Entry] = []
    for path in paths:
        later = read_log(path)
        entries = _what_stays(entries, later) + later
    return entries


def _what_stays(earlier: list[Entry], later: list[Entry]) -> list[Entry]:
    """Of a log that another one goes on from, the entries from before that place; none if it began anew."""
    by_epoch = _by_epoch(earlier + later)
    places = [_place(entry, by_epoch) for entry in _training(later)]
    if len(places) > 1 and places[0][0] < 2 and places[0][1] <= places[1][1] - places[0][1]:
        return []  # its first line is one interval from the start
    if places:
        again = (i for i, entry in enumerate(earlier)
                 if entry['mode'] == 'train' and _place(entry, by_epoch) >= places[0])
        earlier = earlier[:next(again, len(earlier))]
    first = takewhile(lambda entry: entry['mode'] != 'train', later)
    repeated = [_metrics(entry) for entry in first]  # an evaluation that was made up for
    return [entry for entry in earlier if entry['mode'] == 'train' or _metrics(entry) not in repeated]


def _training(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry['mode'] == 'train']


def _by_epoch(entries: list[Entry]) -> bool:
    """Whether ``iter`` counts within an epoch: then it starts again where an epoch does."""
    train = _training(entries)
    return any(b.get('epoch', 0) > a.get('epoch', 0) and b['iter'] <= a['iter'] for a, b in pairwise(train))


def _place(entry: Entry, by_epoch: bool) -> tuple[int, int]:
    return (entry.get('epoch', 0) if by_epoch else 0), entry['iter']


def _metrics(entry: Entry) -> Entry:
    return {name: value for name, value in entry.items() if name not in ('epoch', 'lr')}


def positions(entries: list[Entry]) -> tuple[str, list[float]]:
    """Where each entry stands in the run.

    Returns:
        The unit, 'iteration' or 'epoch' (of logs that count iterations within epochs), and one number per entry. A
        validation stands where the training line before it does: its own ``iter`` counts its batches.
    """
    by_epoch = _by_epoch(entries)
    length = max((entry['iter'] for entry in _training(entries)), default=1)
    at, found = 0, []
    for entry in entries:
        if entry['mode'] == 'train':
            at = entry['epoch'] - 1 + entry['iter'] / length if by_epoch else entry['iter']
        found.append(at)
    return ('epoch' if by_epoch else 'iteration'), found


def first_of(value: float | dict) -> float:
    """A logged value; of one per optimizer the first."""
    return next(iter(value.values())) if isinstance(value, dict) else value


def short_names(paths: Sequence[str | Path]) -> list[str]:
    """The last parts of paths, as few as tell them apart: 'a/x.log.json', 'b/x.log.json' of two runs in their folders.

    A path that is given twice keeps its name twice.
    """
    parts = [Path(path).parts for path in paths]
    count = 1
    while len({one[-count:] for one in parts}) < len(set(parts)):
        count += 1
    return [str(Path(*one[-count:])) for one in parts]
