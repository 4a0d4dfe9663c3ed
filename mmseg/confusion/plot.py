"""A confusion matrix as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmseg.evaluation.counting import largest_confusions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_WRITTEN = 40  # classes up to which each cell says its percentage
_LARGEST = 40.0  # inches of an edge


def shares(matrix: np.ndarray) -> np.ndarray:
    """(K, K) percentages of the pixels of each class, by what they were taken for; nan where a class has none."""
    with np.errstate(invalid='ignore'):
        return 100 * matrix / matrix.sum(axis=1, keepdims=True)


def worst_pairs(matrix: np.ndarray, names: Sequence[str], count: int = 10) -> list[tuple[str, str, float, int]]:
    """(class, taken for, percent of its pixels, pixels) of the confusions with the most pixels."""
    percent = shares(matrix)
    return [(names[row], names[column], float(percent[row, column]), int(matrix[row, column]))
            for row, column in largest_confusions(matrix, count)]


def draw_confusion(
    matrix: np.ndarray, names: Sequence[str], title: str = 'Normalized Confusion Matrix', theme: str = 'winter',
) -> 'Figure':
    """A figure of the matrix, each row in percent of its label.

    Args:
        matrix: (K, K) pixels, rows = label, columns = prediction.
        names: of the classes.
        title: above it.
        theme: a colour map of matplotlib.

    Raises:
        ValueError: there is no such colour map.
    """
    import matplotlib.pyplot as plt

    if theme not in plt.colormaps():
        raise ValueError(f'--color-theme {theme}: matplotlib has no such colour map: viridis, winter, Blues ...')
    percent, edge = shares(matrix), min(_LARGEST, max(5.0, 0.55 * len(names) + 2))
    figure, axes = plt.subplots(figsize=(edge * 1.15, edge), dpi=110, layout='constrained')
    picture = axes.imshow(percent, cmap=theme, vmin=0, vmax=100)
    figure.colorbar(picture, ax=axes, label='% of the pixels of the label', shrink=0.8)
    axes.set(title=title, xlabel='Prediction Label', ylabel='Ground Truth Label')
    size = max(3.0, min(10.0, 60 * edge / max(1, len(names)) * 0.25))
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    if len(names) <= _MOST_WRITTEN:
        _write_cells(axes, percent, size * 0.8)
    return figure


def _write_cells(axes: 'Axes', percent: np.ndarray, size: float) -> None:
    from matplotlib import colors

    picture = axes.images[0]
    for row, column in np.argwhere(np.isfinite(percent)):
        value = percent[row, column]
        red, green, blue = colors.to_rgb(picture.to_rgba(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
        axes.text(column, row, f'{value:.1f}', ha='center', va='center', fontsize=size, color='w' if dark else 'k')


def save(figure: 'Figure', path: Path) -> None:
    """Write a figure; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
