"""Several runs side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmseg.evaluation.run_log import short_names
from mmseg.page.render import render

from .curves import charts_of_runs, pace
from .run import Run
from .scores import Score
from .words import percent, points


class Row(NamedTuple):
    """What the table of classes says of one.

    Attributes:
        name: of the class, or 'mean'.
        ious: of each run.
        gains: of each run but the first one over it.
    """

    name: str
    ious: Sequence[Score]
    gains: Sequence[Score]


def comparison_of(runs: Sequence[Run]) -> str:
    """The page as HTML; the first run is what the others are compared with.

    Raises:
        ValueError: jinja2 is not installed.
    """
    names = short_names([run.folder for run in runs])
    return render(Path(__file__).with_name('comparison.html'), {
        'names': names, 'runs': runs, 'charts': charts_of_runs(dict(zip(names, (run.entries for run in runs)))),
        'summary': _summary(runs), 'rows': class_rows(runs), 'differences': config_differences(runs),
        'without_config': [name for name, run in zip(names, runs) if not run.config],
        'together': [drawn_together(runs[0], run) for run in runs[1:]], 'percent': percent, 'points': points})


def drawn_together(first: Run, other: Run) -> bool:
    """Whether two runs were evaluated on the same images and classes, so that their differences have intervals."""
    if first.drawn is None or other.drawn is None:
        return False
    a, b = first.snapshot, other.snapshot
    return (list(a.classes) == list(b.classes) and list(a.images) == list(b.images)
            and a.pairs.indices() == b.pairs.indices())


def class_rows(runs: Sequence[Run]) -> list[Row]:
    """The mean, and every class that a run names, in the order in which they come up."""
    names = list(dict.fromkeys(one.name for run in runs for one in run.classes))
    none = Score(float('nan'))
    ious = [{one.name: one.iou for one in run.classes} for run in runs]
    means = [run.mean or none for run in runs]
    gains, gained_means = [], []
    for run, own, mean in zip(runs[1:], ious[1:], means[1:]):
        if drawn_together(runs[0], run):
            overall, each = run.drawn.scores(runs[0].drawn)
            gains.append(dict(zip(run.snapshot.classes, each)))
            gained_means.append(overall)
        else:
            gains.append({name: Score(own.get(name, none).value - ious[0].get(name, none).value) for name in names})
            gained_means.append(Score(mean.value - means[0].value))
    return [Row('mean', means, gained_means), *(
        Row(name, [own.get(name, none) for own in ious], [gain.get(name, none) for gain in gains]) for name in names)]


def config_differences(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """The keys in which the configs differ, and the value of each run; '' where one has no such key, or no config."""
    values = [{key: value for key, value, _ in run.config} for run in runs]
    keys = dict.fromkeys(key for one in values for key in one)
    known = [one for one in values if one]
    differing = [key for key in keys if key != 'work_dir' and len({one.get(key, '') for one in known}) > 1]
    return [(key, [one.get(key, '') for one in values]) for key in differing]


def _summary(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """(what, its value for each run) of what stands above the classes."""
    told = [{'Evaluated': run.snapshot.done if run.snapshot else '', **_figures(run), **pace(run.entries)}
            for run in runs]
    keys = dict.fromkeys(key for one in told for key in one)
    return [(key, [one.get(key, '') for one in told]) for key in keys]


def _figures(run: Run) -> dict[str, str]:
    found = {}
    if run.best is not None:
        found['Best mIoU, %'] = f'{percent(run.best[1])} at {run.best[0]:,.6g}'
    found |= {f'{name}, %': percent(run.metrics[name]) for name in ('mAcc', 'aAcc') if name in run.metrics}
    if run.snapshot and run.snapshot.calibration.pixels:
        found['Calibration error, %'] = percent(run.snapshot.calibration.error())
    return found
