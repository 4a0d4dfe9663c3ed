"""Which arguments of a class of data sets take data sets: where a config of a wrapper holds those of what it wraps."""

import inspect
import re
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from torch.utils.data import Dataset

from mmcv.utils import Registry
from mmcv.utils.arguments import Parameters
from mmseg.protocols import Samples, TakesDatasets

_CONTAINERS = (list, tuple, Sequence, Iterable, Collection)


def dataset_arguments(kind: type, cfg: Mapping, registry: Registry) -> dict[str, bool]:
    """The arguments of a config in which further data sets are to be built.

    Those that the class names in ``dataset_arguments``; else those that are annotated as a data set, or called
    ``dataset`` or ``datasets`` and not annotated as something else; else those whose value is a config of a type that
    the registry of data sets knows.

    Args:
        kind: the class that ``cfg['type']`` means.
        cfg: the config.
        registry: of data sets.

    Returns:
        {argument: whether it takes one data set, to which a list is joined; else several stay as they are written}.
    """
    declared = tuple(kind.dataset_arguments) if isinstance(kind, TakesDatasets) else None
    annotations = Parameters(kind).annotations
    found = {}
    for name, value in cfg.items():
        hint = _Hint(annotations.get(name, inspect.Parameter.empty))
        is_config = any(isinstance(part, Mapping) for part in _parts(value))
        if declared is not None:
            takes = name in declared
        elif hint.names_datasets or hint.names_mappings:
            takes = hint.names_datasets
        elif is_config:
            takes = name in ('dataset', 'datasets') or all(_is_known(part, registry) for part in _parts(value))
        else:
            takes = False
        if takes and value is not None:
            found[name] = not hint.several if hint.names_datasets else name == 'dataset'
    return found


def _parts(value: object) -> Sequence:
    return value if isinstance(value, (list, tuple)) else [value]


def _is_known(cfg: object, registry: Registry) -> bool:
    kind = cfg.get('type') if isinstance(cfg, Mapping) else None
    return kind in registry if isinstance(kind, str) else inspect.isclass(kind) and registry.accepts(kind)


class _Hint:
    """What an annotation, evaluated or still text, says of data sets.

    Attributes:
        names_datasets, names_mappings: whether it names a type of data sets, of dicts.
        several: whether it names them as elements of a sequence.
    """

    def __init__(self, annotation: object) -> None:
        if isinstance(annotation, str):
            words = re.findall(r'\w+', annotation)
            self.names_datasets = any(word.endswith(('Dataset', 'Samples')) for word in words)
            self.names_mappings = not {'dict', 'Dict', 'Mapping', 'ConfigDict'}.isdisjoint(words)
            self.several = re.search(r'\b([Ll]ist|[Tt]uple|Sequence|Iterable|Collection)\[', annotation) is not None
            return
        kinds = list(_kinds(annotation))
        self.names_datasets = any(map(_is_kind_of_datasets, kinds))
        self.names_mappings = any(issubclass(kind, Mapping) for kind in kinds)
        self.several = any(kind in _CONTAINERS for kind in kinds)


def _kinds(annotation: object) -> Iterator[type]:
    """The classes that an annotation is made of, also of those that it has in quotes."""
    origin = typing.get_origin(annotation)
    if inspect.isclass(origin or annotation):
        yield origin or annotation
    for argument in typing.get_args(annotation):
        yield from _kinds(argument)


def _is_kind_of_datasets(kind: type) -> bool:
    """A protocol with samples, a torch data set, or a class of a user's that has a length and elements."""
    if issubclass(kind, Dataset):
        return True
    plain = kind.__module__ in ('builtins', 'collections.abc', 'collections', 'typing', 'numpy', 'torch')
    return not plain and issubclass(kind, Samples) and not issubclass(kind, Mapping)
