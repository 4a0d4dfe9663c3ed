"""Class names and colours of the known data sets."""

import functools
from collections.abc import Callable

from .known import find_facts, known_names


def get_classes(dataset: str) -> list[str]:
    """Class names of a data set, in the order of its label values.

    Args:
        dataset: a name such as ``'cityscapes'``, ``'ade20k'``, ``'voc12aug'`` or ``'coco-stuff164k'``.

    Raises:
        ConfigKeyError: no such data set.
    """
    return list(find_facts(dataset).classes)


def get_palette(dataset: str) -> list[list[int]]:
    """Colours of the classes of a data set, one ``[red, green, blue]`` (0 ... 255) per class; names as above."""
    return find_facts(dataset).palette


def __getattr__(name: str) -> Callable[[], list]:
    """``cityscapes_classes()``, ``ade_palette()``: one function for each data set, as old code imports them."""
    dataset, _, kind = name.rpartition('_')
    functions = {'classes': get_classes, 'palette': get_palette}
    if kind in functions and dataset in known_names():
        return functools.partial(functions[kind], dataset)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
