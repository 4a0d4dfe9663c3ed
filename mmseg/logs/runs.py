"""Runs by their logs, and the curves of what they logged."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmcv.utils import ConfigError, did_you_mean
from mmseg.evaluation.run_log import Entry, first_of, positions, read_log, read_logs, short_names

_NEITHER = ('lr', 'momentum', 'time', 'data_time', 'memory', 'grad_norm')  # better neither high nor low
_TIME = re.compile(r'\d{8}_\d{6}\.log\.json')


@dataclass
class Curve:
    """One value of one run.

    Attributes:
        run: name of the run.
        key: what it was logged as.
        unit: of the places: 'iteration' or 'epoch'.
        points: (place, value), in order.
    """

    run: str
    key: str
    unit: str
    points: list[tuple[float, float]]

    @property
    def best(self) -> tuple[float, float] | None:
        """The point of the lowest loss or of the highest score; None of what is neither."""
        if self.key in _NEITHER:
            return None
        return (min if 'loss' in self.key else max)(self.points, key=lambda point: point[1])


@dataclass
class Run:
    """What a run logged.

    Attributes:
        path: a .log.json file, or a work directory, whose logs are one run with all its resumes.
        name: what tells it from the others.
        entries: of the logs.
    """

    path: str
    name: str
    entries: list[Entry]

    def keys(self) -> list[str]:
        """The names of all numbers that were logged, in the order in which they came up."""
        found = dict.fromkeys(key for entry in self.entries for key, value in entry.items() if _is_number(value))
        return [key for key in found if key not in ('epoch', 'iter')]

    def curve(self, key: str) -> Curve:
        """The values of ``key`` where they were logged; a validation stands at the training step before it.

        Raises:
            ConfigError: nothing was logged under this name.
        """
        unit, places = positions(self.entries)
        points = [(place, float(first_of(entry[key]))) for place, entry in zip(places, self.entries) if key in entry]
        if not points:
            raise ConfigError(f'{self.path}: no {key} was logged{did_you_mean(key, self.keys())}; '
                              f'there are {", ".join(self.keys())}')
        return Curve(self.name, key, unit, points)


def read_run(path: str, name: str | None = None) -> Run:
    """A run by its log or its work directory.

    Raises:
        ConfigError: it is neither, or holds nothing that was logged.
    """
    if Path(path).is_dir():
        try:
            entries = read_logs(path)
        except FileNotFoundError as error:
            raise ConfigError(f'{error}: give the .log.json of a run, or its work directory') from error
    elif not path.endswith('.json'):
        raise ConfigError(f'{path}: give the .log.json of a run, or its work directory')
    else:
        entries = read_log(path)
    if not entries:
        raise ConfigError(f'{path}: holds no line of a training log')
    return Run(path, name or path, entries)


def read_runs(paths: Sequence[str]) -> list[Run]:
    """Several runs, each named by the part of its path that tells it from the others."""
    return [read_run(path, name) for path, name in zip(paths, short_names(_names(paths)))]


def _names(paths: Sequence[str]) -> list[str]:
    """The paths; of a log that is called by its time alone, its folder, where that has no other of them."""
    folders = Counter(Path(path).parent for path in paths)
    named = {path: Path(path).parent for path in paths if _TIME.fullmatch(Path(path).name)}
    return [str(named[path]) if path in named and folders[named[path]] == 1 and named[path].name else path
            for path in paths]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, dict)) and not isinstance(value, bool)
