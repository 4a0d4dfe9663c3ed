"""What can be asked of any data set, however deep it is wrapped in others."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from torch import Tensor
from torch.utils.data import Dataset

from mmseg.palette import plain_palette
from mmseg.protocols import (
    ColoursClasses,
    DescribesLabels,
    GivesLabels,
    HoldsDataset,
    HoldsDatasets,
    IgnoresLabel,
    LocatesSamples,
    NamesClasses,
    NamesFiles,
    NamesInnerDatasets,
    PicksSamples,
    RequiresLabels,
    Samples,
    require,
)


def inner_datasets(dataset: Samples) -> list[Samples]:
    """The data sets right inside of a wrapper; none of a data set that holds no other.

    A wrapper that does not say which ones they are holds them in ``datasets`` or ``dataset``; or else under names of
    its own, where torch data sets and those that name their classes are found.
    """
    if isinstance(dataset, NamesInnerDatasets):
        return list(dataset.inner_datasets())
    for protocol, name in ((HoldsDatasets, 'datasets'), (HoldsDataset, 'dataset')):
        if isinstance(dataset, protocol) and (held := _samples_in(getattr(dataset, name))):
            return held
    return [part for value in _attributes(dataset) for part in _samples_in(value)
            if isinstance(part, Dataset) or any(offering(part, NamesClasses))]


def _attributes(dataset: Samples) -> list:
    try:
        return list(vars(dataset).values())
    except TypeError:  # it has slots
        return []


def _samples_in(value: object) -> list[Samples]:
    """The data sets that an attribute is, or is made of; a long list of other things is not gone through."""
    if isinstance(value, Mapping):
        value = list(value.values())
    parts = value if isinstance(value, (list, tuple)) else [value]
    return list(parts) if parts and _has_samples(parts[0]) else []


def _has_samples(value: object) -> bool:
    return isinstance(value, Samples) and not isinstance(value, (str, bytes, list, tuple, Mapping, np.ndarray, Tensor))


def offering(dataset: Samples, protocol: type) -> Iterator[Samples]:
    """From the top down the first data sets that offer ``protocol``: this one itself, or some that it holds."""
    if isinstance(dataset, protocol):
        yield dataset
        return
    for part in inner_datasets(dataset):
        yield from offering(part, protocol)


def locate(dataset: Samples, index: int) -> tuple[Samples, int] | None:
    """From which inner data set, and which sample there, a sample comes; None if the wrapper cannot tell.

    One that says nothing counts as telling where its length is that of its data sets in a row, or a multiple of that
    of its only one.
    """
    if isinstance(dataset, LocatesSamples):
        return dataset.locate(index)
    if isinstance(dataset, PicksSamples):
        return dataset.dataset, int(dataset.indices[index])
    if not -len(dataset) <= index < len(dataset):
        return None
    inner, index = inner_datasets(dataset), index % len(dataset)
    if len(inner) == 1 and len(inner[0]) and len(dataset) % len(inner[0]) == 0:
        return inner[0], index % len(inner[0])
    if sum(map(len, inner)) == len(dataset):
        for part in inner:
            if index < len(part):
                return part, index
            index -= len(part)
    return None


def sample_files(dataset: Samples, index: int) -> dict[str, str]:
    """The files of a sample, ``img`` and, if it has one, ``label``; of a data set without files, its number."""
    if isinstance(dataset, NamesFiles):
        return dataset.sample_files(index)
    found = locate(dataset, index)
    return sample_files(*found) if found else {'img': f'sample {index}'}


def holder_of(dataset: Samples, index: int, protocol: type) -> tuple[Samples, int]:
    """The first data set on the way to a sample that offers ``protocol``, and which of its samples that is.

    Raises:
        ConfigTypeError: none does; what is lacking is named.
    """
    while not isinstance(dataset, protocol):
        found = locate(dataset, index)
        if found is None:
            require(dataset, protocol, f'sample {index}')
        dataset, index = found
    return dataset, index


def spread(images: int, count: int) -> list[int]:
    """Indices of so many of the images, or of all where they are fewer, evenly spread from the first to the last."""
    return np.linspace(0, images - 1, min(count, images)).round().astype(int).tolist()


def eval_label(dataset: Samples, index: int) -> np.ndarray:
    """The label map of a sample in class indices, (H, W), by the first data set on the way to it that gives labels."""
    holder, index = holder_of(dataset, index, GivesLabels)
    return holder.eval_label(index)


def class_names(dataset: Samples) -> Sequence[str] | None:
    """The classes of a data set; of a wrapper that does not name any, those of the first data set inside."""
    named = next(offering(dataset, NamesClasses), None)
    return None if named is None else named.CLASSES


def palette(dataset: Samples) -> Sequence[Sequence[int]] | None:
    """The colours of the classes, (K, 3) RGB of 0 to 255, found as :func:`class_names` are.

    Raises:
        ConfigError: they are no colours.
    """
    coloured = next(offering(dataset, ColoursClasses), None)
    colors = None if coloured is None else coloured.PALETTE
    return None if colors is None else plain_palette(colors, f'{type(coloured).__name__}.PALETTE')


def ignored_label(dataset: Samples) -> int | None:
    """The label value that counts for nothing, of the data set or the first one inside; 255 where none says.

    None where nothing is ignored.
    """
    ignoring = next(offering(dataset, IgnoresLabel), None)
    return 255 if ignoring is None else ignoring.ignore_index


def describe_labels(*datasets: Samples) -> str:
    """What the label files mean, for the log: the lines of all data sets, and of those inside, that can tell."""
    parts = (part for dataset in datasets for part in offering(dataset, DescribesLabels))
    return '\n'.join(filter(None, (part.describe_labels() for part in parts)))


def require_labels(dataset: Samples) -> None:
    """Raise a ConfigError if images that are to be evaluated have no label; data sets that cannot tell pass."""
    for part in offering(dataset, RequiresLabels):
        part.require_labels()
