"""A run as its work directory tells it: logs, config, checkpoints, and what its last evaluation left."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmcv.utils.errors import short_path
from mmseg.evaluation.run_log import Entry, positions, read_logs

from .scores import ClassScore, Drawn, Score, class_scores, logged_scores
from .snapshot import Snapshot, read_snapshot

_ITERATION = re.compile(r'(?:iter|epoch)_(\d+)\.pth')


class NoRun(ValueError):
    """A folder without a run."""


@dataclass
class Run:
    """What a work directory holds.

    Attributes:
        folder: the work directory.
        entries: of its logs, as one run; none without a log.
        snapshot: of the last evaluation; None where none left one.
    """

    folder: Path
    entries: Sequence[Entry]
    snapshot: Snapshot | None

    @property
    def name(self) -> str:
        """What to call it."""
        return self.folder.name

    @cached_property
    def drawn(self) -> Drawn | None:
        """The draws of its images; None where they were not counted one by one."""
        pairs = self.snapshot and self.snapshot.pairs
        return Drawn(pairs) if pairs and pairs.images else None

    @cached_property
    def classes(self) -> list[ClassScore]:
        """One per class; none where nothing was evaluated."""
        if self.drawn is not None:
            return class_scores(self.snapshot.pairs, self.drawn, self.snapshot.classes)
        return logged_scores(self.metrics)

    @cached_property
    def mean(self) -> Score | None:
        """The mIoU, with its interval if there is one."""
        if self.drawn is not None:
            return self.drawn.scores()[0]
        value = self.metrics.get('mIoU', self.metrics.get('0_mIoU'))
        return None if value is None else Score(value)

    @property
    def metrics(self) -> dict[str, float]:
        """What the last evaluation gave, by the log or else by the snapshot."""
        logged = [entry for entry in self.entries if entry['mode'] != 'train']
        scored = [entry for entry in logged if any(name.endswith(('mIoU', 'aAcc')) for name in entry)]
        last = next(reversed(scored or logged), None)  # a workflow of 0.x logs losses of validation by themselves
        told = last if last is not None else dict(self.snapshot.metrics) if self.snapshot else {}
        return {name: value for name, value in told.items() if isinstance(value, float)}

    @property
    def best(self) -> tuple[float, float] | None:
        """Where the highest mIoU was, and what it was."""
        found = [(entry['mIoU'], place) for entry, place in zip(self.entries, positions(self.entries)[1])
                 if entry['mode'] != 'train' and 'mIoU' in entry and entry['mIoU'] == entry['mIoU']]
        return max(((place, value) for value, place in found), key=lambda one: one[1], default=None)

    @property
    def config_file(self) -> Path | None:
        """The config that the run has left; of several the latest."""
        return max(self.folder.glob('*.py'), key=lambda path: path.stat().st_mtime, default=None)

    @property
    def checkpoint(self) -> Path | None:
        """The best one, or else the last one."""
        numbered = {path: int(found[1]) for path in self.folder.glob('*.pth')
                    if (found := _ITERATION.fullmatch(path.name))}
        latest = self.folder / 'latest.pth'
        best = max(self.folder.glob('best_*.pth'), key=lambda path: path.stat().st_mtime, default=None)
        return best or (latest if latest.exists() else max(numbered, key=numbered.get, default=None))

    @cached_property
    def config(self) -> Sequence[tuple[str, str, str]]:
        """(key, value, origin) of each value, as the run was started, or else of the config that it has left."""
        if self.snapshot and self.snapshot.config:
            return self.snapshot.config
        try:
            return config_lines(Config.fromfile(str(self.config_file))) if self.config_file else []
        except (OSError, ConfigError):  # somebody has edited it since
            return []

    @property
    def environment(self) -> str:
        """As text; '' where nobody knows."""
        if self.snapshot and self.snapshot.environment:
            return self.snapshot.environment
        for log in sorted(self.folder.glob('*.log.json'), reverse=True):
            with open(log, encoding='utf-8', errors='replace') as file:
                first = file.readline()
            if first.startswith('{"') and 'env_info' in first:
                return str(json.loads(first).get('env_info', ''))
        return ''


def read_run(folder: str | Path, silent: bool = False) -> Run:
    """The run of a work directory.

    Args:
        folder: the directory.
        silent: whether one that has neither a log nor a snapshot is a run as well.

    Raises:
        NoRun: there is no such folder, or no run in it.
    """
    folder = Path(folder).absolute()
    if not folder.is_dir():
        raise NoRun(f'{short_path(folder)}: there is no such folder')
    try:
        entries = read_logs(folder)
    except FileNotFoundError:
        entries = []
    snapshot = read_snapshot(folder)
    if not entries and snapshot is None and not silent:
        raise NoRun(f'{short_path(folder)}: it holds no run: neither a .log.json nor a report.npz; give a work '
                         'directory, work_dirs/NAME')
    return Run(folder, entries, snapshot)


def config_lines(config: Config) -> list[tuple[str, str, str]]:
    """(key, value, origin) of each value of a config, as text."""
    return [(key, repr(value), origin or '') for key, value, origin in config.origins()]
