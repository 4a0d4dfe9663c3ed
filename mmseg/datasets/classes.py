"""Which classes a data set has, and what its label files call them."""

import logging
from collections.abc import Mapping, Sequence

from mmcv.utils import ConfigError, print_log
from mmcv.utils.errors import did_you_mean
from mmseg.logger import get_root_logger
from mmseg.protocols import Samples
from mmseg.samples import class_names

from .name_list import read_names


def read_classes(classes: Sequence[str] | str) -> Sequence[str]:
    """Class names as given, or one per line from a text file.

    Raises:
        ConfigError: neither names nor a file of names that can be read, or a name that is listed twice.
    """
    if isinstance(classes, str):
        names = read_names(classes, 'classes')
    elif isinstance(classes, (list, tuple)):
        names = classes
    else:
        raise ConfigError(f'classes: a list of names or a text file is needed, not {type(classes).__name__}')
    if not names:
        raise ConfigError(f'classes: {classes!r} names none')
    check_classes(names)
    return names


def check_classes(names: Sequence[str]) -> None:
    """Refuse what is no name, and names that stand for two classes.

    Raises:
        ConfigError: names it, and where it is.
    """
    for place, name in enumerate(names):
        if not isinstance(name, str):
            raise ConfigError(f'classes: class {place} is {name!r}: a name is needed, as text')
        if name in names[:place]:
            raise ConfigError(f'classes: {name!r} is listed twice, as class {names.index(name)} and class {place}: '
                              'give every class a name of its own')


def check_same_classes(lists: Mapping[str, Sequence[str] | None]) -> None:
    """Refuse what is to go together and does not have the same classes in the same order.

    Args:
        lists: {what has them: the classes}, such as 'data.val'; None where they are unknown, and nothing can be said.

    Raises:
        ConfigError: with both lists and the mend.
    """
    known = [(owner, list(names)) for owner, names in lists.items() if names is not None]
    for owner, names in known[1:]:
        first_owner, first = known[0]
        if names != first:
            raise ConfigError(
                f'{first_owner} has {_listed(first)} and {owner} has {_listed(names)}, but they go together: the same '
                'classes are needed in the same order: give both the same `classes` (a type that knows the CLASSES of '
                'its files renames their labels to these)')


def check_trained_classes(trained: Sequence[str] | None, tested: Sequence[str] | None) -> None:
    """Refuse to test a model on a data set whose labels mean something else.

    That is so if they have no name in common, or a name stands for another class. Where only some names differ, the
    same may be called otherwise: a warning. Upper and lower case, '-' and '_' do not count.

    Args:
        trained: the classes of the model; None where they are unknown, and nothing can be said.
        tested: those of the data set, as many.

    Raises:
        ConfigError: with both lists and the mend.
    """
    if trained is None or tested is None:
        return
    ours, theirs = ([name.lower().replace('_', ' ').replace('-', ' ') for name in names] for names in (trained, tested))
    common = set(ours) & set(theirs)
    lists = f'the checkpoint was trained on {_listed(trained)}, and the data set has {_listed(tested)}'
    if not common or any(ours.index(name) != theirs.index(name) for name in common):
        raise ConfigError(f'{lists}: the same classes are needed in the same order: set `classes` of data.test to '
                          'those of the checkpoint (a type that knows the CLASSES of its files renames their labels)')
    if ours != theirs:
        print_log(f'{lists}: are they the same, called otherwise?', get_root_logger(), logging.WARNING)


def check_joined(datasets: Sequence[Samples]) -> None:
    """As :func:`check_same_classes`, of data sets that are to be joined."""
    check_same_classes({f'data set {number}': class_names(dataset) for number, dataset in enumerate(datasets)})


def _listed(names: Sequence[str]) -> str:
    return f'[{", ".join(names)}]'


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
