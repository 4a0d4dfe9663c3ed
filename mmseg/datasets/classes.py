"""Which classes a data set has, and what its label files call them."""

from collections.abc import Sequence
from pathlib import Path

from mmcv.utils import ConfigError
from mmcv.utils.errors import did_you_mean


def read_classes(classes: Sequence[str] | str) -> Sequence[str]:
    """Class names as given, or one per line from a text file.

    Raises:
        ConfigError: neither names nor a file that can be read.
    """
    if isinstance(classes, (list, tuple)):
        return classes
    if not isinstance(classes, str):
        raise ConfigError(f'classes: a list of names or a text file is needed, not {type(classes).__name__}')
    try:
        lines = Path(classes).read_text(encoding='utf-8').splitlines()
    except OSError as error:
        raise ConfigError(f'classes: {classes!r} is taken as a file of names, but {error.strerror}') from error
    return [line.strip() for line in lines if line.strip()]


def subset_label_map(known: Sequence[str], chosen: Sequence[str]) -> dict[int, int]:
    """For each known class its place among the chosen ones, or -1.

    Raises:
        ConfigError: a chosen class is not known.
    """
    for name in chosen:
        if name not in known:
            raise ConfigError(f'classes: {name!r} is none of the data set{did_you_mean(name, known)}')
    place = {name: i for i, name in enumerate(chosen)}
    return {i: place.get(name, -1) for i, name in enumerate(known)}
