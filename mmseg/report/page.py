"""The page of a run."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmcv.utils.errors import short_path
from mmseg.evaluation.run_log import positions
from mmseg.invocation import called
from mmseg.page.render import render

from .choice import BEST, CONFUSED, WORST
from .confusion import confusion_table
from .curves import charts_of, pace
from .reliability import reliability_chart, table_of
from .run import Run
from .words import interval, percent

_GROUPS = {WORST: 'Worst', BEST: 'Best', CONFUSED: 'With the largest confusions', '': 'Some'}


def page_of(run: Run) -> str:
    """The page as HTML, which needs no network.

    Raises:
        ValueError: jinja2 is not installed.
    """
    snapshot = run.snapshot
    return render(Path(__file__).with_name('report.html'), {
        'run': run, 'snapshot': snapshot, 'tiles': _tiles(run), 'charts': charts_of(run.entries),
        'colours': _colours(run), 'confusion': _confusion(run), 'groups': _groups(run),
        'reliability': reliability_chart(snapshot.calibration) if snapshot else None,
        'bins': table_of(snapshot.calibration) if snapshot else [], 'commands': commands(run), 'percent': percent,
        'interval': interval})


def _tiles(run: Run) -> list[tuple[str, str, str]]:
    """(what, value, remark) of the figures at the top."""
    metrics, tiles = run.metrics, []
    if run.mean is not None:
        ends = interval(run.mean)
        tiles.append(('mIoU', f'{percent(run.mean.value)} %', f'95 % interval {ends}' if ends else ''))
    if run.best is not None:
        tiles.append(('Best mIoU', f'{percent(run.best[1])} %', f'at {positions(run.entries)[0]} {run.best[0]:,.6g}'))
    tiles += [(name, f'{percent(metrics[name])} %', remark) for name, remark in (
        ('mAcc', 'mean of the classes'), ('aAcc', 'of all pixels')) if name in metrics]
    if run.snapshot and run.snapshot.calibration.pixels:
        tiles.append(('ECE', f'{percent(run.snapshot.calibration.error())} %', 'calibration error'))
    return tiles + [(name, value, '') for name, value in pace(run.entries).items()]


def _colours(run: Run) -> Mapping[str, str]:
    """The colour of each class, as CSS writes it."""
    if run.snapshot is None:
        return {}
    return {name: 'rgb({}, {}, {})'.format(*colour) for name, colour in zip(run.snapshot.classes, run.snapshot.palette)}


def _confusion(run: Run) -> dict | None:
    if run.drawn is None:
        return None
    table = confusion_table(run.snapshot.pairs, run.snapshot.classes)
    held = {index for images in table['holders'].values() for index, _ in images}
    return {**table, 'images': {index: run.snapshot.images[index] for index in sorted(held)}}


def _groups(run: Run) -> list[tuple[str, Sequence[Mapping]]]:
    """(title, images) of the pictures."""
    shown = run.snapshot.shown if run.snapshot else []
    groups = [(title, [one for one in shown if one['why'] == why]) for why, title in _GROUPS.items()]
    return [(title, images) for title, images in groups if images]


def commands(run: Run) -> list[tuple[str, str]]:
    """(what for, command line) of what one may want to do with a run."""
    config, checkpoint = run.config_file, run.checkpoint
    if config is None:
        return []
    folder, config = _quoted(run.folder), _quoted(config)
    lines = [('Resume', f'{called("train")} {config} --work-dir {folder} --auto-resume')]
    if checkpoint is not None:
        both = f'{config} {_quoted(checkpoint)}'
        lines += [
            ('Test', f'{called("test")} {both} --eval mIoU'),
            ('Predict', f'{called("predict")} {both} IMAGES --out predictions'),
            ('Export', f'{called("export")} {both} --format onnx'),
        ]
    return [*lines, ('This page again', f'{called("report")} {folder}')]


def _quoted(path: Path) -> str:
    return shlex.quote(short_path(path))
