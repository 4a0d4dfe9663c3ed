"""Colours of classes: as users write them, and as checkpoints, files and pictures want them."""

from collections.abc import Sequence

import numpy as np

from mmcv.utils import ConfigError

Palette = Sequence[Sequence[float]] | np.ndarray


def plain_palette(palette: Palette, where: str = 'palette') -> list[list[int]]:
    """A palette as lists of whole numbers.

    Args:
        palette: (K, 3) RGB, as lists or as an array: whole numbers of 0 to 255, or fractions of 0.0 to 1.0.
        where: what to call it in a message.

    Returns:
        K rows of red, green and blue, 0 to 255; ``palette`` itself if it is that.

    Raises:
        ConfigError: it is no table of colours, or a value lies outside.
    """
    try:
        colors = np.asarray(palette)
    except ValueError:  # rows of different lengths
        colors = np.empty(0)
    if colors.ndim != 2 or colors.shape[1] != 3 or colors.dtype.kind not in 'iuf':
        raise ConfigError(f'{where}: give one [red, green, blue] per class, not {str(palette)[:60]}')
    fractions = colors.dtype.kind == 'f' and colors.size > 0 and colors.min() >= 0 and colors.max() <= 1
    colors = colors * 255.0 if fractions else colors
    inside = ((colors >= 0) & (colors <= 255)).all(axis=1)  # nan is not
    if not inside.all():
        row = int(inside.argmin())
        raise ConfigError(f'{where}: the colour of class {row} is {np.asarray(palette)[row].tolist()}: use values from '
                          '0 to 255, or fractions from 0.0 to 1.0 for all of them')
    plain = np.rint(colors).astype(int).tolist()
    return palette if str(palette) == str(plain) else plain


def random_palette(count: int) -> list[list[int]]:
    """Colours for classes that have none, always the same: those that 0.x drew under seed 42."""
    return np.random.RandomState(42).randint(0, 255, size=(count, 3)).tolist()
