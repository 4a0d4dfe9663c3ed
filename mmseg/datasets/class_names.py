"""Class names and colours of the known data sets."""

from .known import find_facts


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
