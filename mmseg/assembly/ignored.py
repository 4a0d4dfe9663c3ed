"""Whether all parts of a run ignore the same label."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from torch import nn

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.labels import IGNORED
from mmseg.logger import get_root_logger
from mmseg.protocols import IgnoresLabel, ReducesLabels, Samples
from mmseg.samples import class_names, inner_datasets

_HEADS = ('decode_head', 'auxiliary_head')
_FILLS = ('seg_pad_val', 'seg_fill_in')


class _Place(NamedTuple):
    """Where a label value is said: its key, what it is, and the config's file and line if the config says it."""
    key: str
    value: int | None
    origin: str | None = None

    def __str__(self) -> str:
        return f'{self.key} is {self.value}{"" if self.origin else " by default"}'


def check_ignored(config: Config, datasets: Mapping[str, Samples], model: nn.Module | None = None) -> None:
    """Refuse data sets, heads, losses and transforms that do not ignore the same label.

    Args:
        config: of the run; says where each value was set.
        datasets: by the keys of their configs, ``data.train`` for instance; the first one is the measure.
        model: with heads, or None to look at the data sets alone.

    Raises:
        ConfigError: names both keys and their places.
    """
    said = [_Place(*entry) for entry in config.origins()]
    places = [place for key, dataset in datasets.items() for place in _of_dataset(key, dataset, said)]
    if not places:
        return
    measure = places[0]
    classes = len(class_names(next(iter(datasets.values()))) or ())
    if model is not None:
        places += _of_model(model, said)
    for place in places:
        if place.value != measure.value:
            raise _disagreement(place, measure, 'set both to one value')
    reduced = any(isinstance(leaf, ReducesLabels) and leaf.reduce_zero_label
                  for dataset in datasets.values() for leaf in _leaves(dataset))
    for place in _fills(tuple(datasets), said):
        if place.value != measure.value:
            _check_fill(place, measure, classes, reduced)


def _check_fill(place: _Place, measure: _Place, classes: int, reduced: bool) -> None:
    """Refuse a fill that is no class; warn of padding that counts as a class, which some want.

    A fill of 255 is surely meant to be ignored, and so is 0 where the value 0 of the files is: neither passes.
    """
    name = place.key.rpartition('.')[2]
    a_class = isinstance(place.value, int) and 0 <= place.value < classes
    if a_class and (name == 'seg_fill_in' or measure.value is None):
        return
    mend = ('fill with a class, or set ignore_index' if measure.value is None else
            f'leave {name} out, which then follows, or set both to one value')
    disagreement = _disagreement(place, measure, mend)
    if not a_class or name == 'ignore_index' or place.value in (IGNORED, 0 if reduced else IGNORED):
        raise disagreement
    get_root_logger().warning(f'what is padded is trained as class {place.value}: {disagreement}')


def _disagreement(place: _Place, measure: _Place, mend: str) -> ConfigError:
    where = f'{place.origin}: ' if place.origin else ''
    also = f' ({measure.origin})' if measure.origin else ''
    return ConfigError(f'{where}{place}, but {measure}{also}: {mend}')


def _of_dataset(key: str, dataset: Samples, said: list[_Place]) -> Iterator[_Place]:
    """What the data sets inside ignore, each with the key in the config that may have said so."""
    keys = [place for place in said if _is_below(place.key, key) and place.key.endswith('.ignore_index')
            and not _of_transform(place.key)]
    for leaf in _leaves(dataset):
        if isinstance(leaf, IgnoresLabel):
            by_config = next((place for place in keys if place.value == leaf.ignore_index), None)
            yield by_config or _Place(f'{key}.ignore_index', leaf.ignore_index)


def _leaves(dataset: Samples) -> Iterator[Samples]:
    inner = inner_datasets(dataset)
    if not inner:
        yield dataset
    for part in inner:
        yield from _leaves(part)


def _of_model(model: nn.Module, said: list[_Place]) -> Iterator[_Place]:
    """What heads ignore, and those losses for which the config says it."""
    by_key = {place.key: place for place in said}
    for part, head in model.named_children():
        for one in head if isinstance(head, nn.ModuleList) else [head]:
            if part in _HEADS and isinstance(one, IgnoresLabel):
                key = f'model.{part}.ignore_index'
                by_config = by_key.get(key)
                yield by_config if by_config and by_config.value == one.ignore_index else _Place(key, one.ignore_index)
    yield from (place for place in said if _is_below(place.key, 'model') and place.key.endswith('.ignore_index')
                and 'loss' in place.key and place.value is not None)


def _fills(keys: tuple[str, ...], said: list[_Place]) -> Iterator[_Place]:
    """The values that transforms for training fill labels with, or count as ignored, where the config says them."""
    for place in said:
        name = place.key.rpartition('.')[2]
        of_training = 'data.train' in keys and _is_below(place.key, 'data.train') and _of_transform(place.key)
        if of_training and (name in _FILLS or name == 'ignore_index') and place.value is not None:
            yield place


def _of_transform(key: str) -> bool:
    return '.pipeline' in key


def _is_below(key: str, parent: str) -> bool:
    return key.startswith((f'{parent}.', f'{parent}['))
