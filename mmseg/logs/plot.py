"""Curves of runs in one picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmcv.utils import ConfigError, did_you_mean

from .runs import Curve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SEABORN = 'seaborn-v0_8-'  # the styles that mmsegmentation 0.x takes by their last word: dark, white, ticks, darkgrid
_FEW = 40  # points that are marked


def use_style(style: str) -> None:
    """Take a style of matplotlib, or of seaborn by its own name.

    Raises:
        ConfigError: there is none of this name.
    """
    import matplotlib.pyplot as plt

    known = [*plt.style.available, 'default']
    for name in (f'{_SEABORN}{style}', style):
        if name in known:
            plt.style.use(name)
            return
    short = [name.removeprefix(_SEABORN) for name in known]
    raise ConfigError(f'--style {style}: no such style{did_you_mean(style, short)}')


def draw(curves: Sequence[Curve], legend: Sequence[str], title: str | None = None) -> 'Figure':
    """Draw curves over each other.

    Args:
        curves: all of them are drawn against one axis.
        legend: one label per curve.
        title: above them.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5), dpi=110, layout='constrained')
    for curve, label in zip(curves, legend):
        axes.plot(*zip(*curve.points), label=label, linewidth=1.2, marker='o' if len(curve.points) <= _FEW else None,
                  markersize=4)
    axes.set_xlabel(' or '.join(dict.fromkeys(curve.unit for curve in curves)))
    keys = list(dict.fromkeys(curve.key for curve in curves))
    if len(keys) == 1:
        axes.set_ylabel(keys[0])
    if title is not None:
        axes.set_title(title)
    axes.grid(alpha=0.3)
    axes.legend()
    return figure
