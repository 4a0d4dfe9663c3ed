"""What a run's data set tells of its images, from one sample and the heads of a few files."""

import contextlib
import copy
import os
import time
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from PIL import Image

from mmcv.checkpoint import kept_rng_state
from mmcv.image.orientation import QUARTER_TURNS, read_orientation, stored_size
from mmseg.checks import Facts, Sizes
from mmseg.protocols import LoadsImages, Samples
from mmseg.samples import class_names, inner_datasets, offering, sample_files

_FILES = 32  # of which the size is looked up
_PHOTOGRAPHS, _SECONDS = 512, 0.3  # of which EXIF is looked up, and for how long
_ALIKE = (2, 3, 4)  # EXIF orientations that keep height and width


def facts_of(dataset: Samples) -> Facts:
    """What can be told of the images and labels of a data set, without loading more than one sample.

    A sample that cannot be loaded tells nothing here: training says what is wrong with it.
    """
    names = class_names(dataset)
    sample, missing = first_sample(dataset)
    shape, formatted = _shape(sample.get('img')) if sample else (None, True)
    channels = shape[0] if shape else _loaded_channels(dataset)
    return Facts(channels=channels, image_size=shape[1:] if shape else None, sizes=_range(image_sizes(dataset)),
                 turned=_turned_alike(dataset), fields=tuple(sample) if sample else None, formatted=formatted,
                 missing=missing, num_classes=None if names is None else len(names))


def image_sizes(dataset: Samples) -> dict[str, tuple[int, int]]:
    """{file: (height, width)} of some images throughout the data set, as their files' heads tell it."""
    sizes = {}
    for path, size, orientation in _heads(dataset, _FILES):
        sizes[path] = size[::-1] if orientation in QUARTER_TURNS else size
    return sizes


def _turned_alike(dataset: Samples) -> tuple[str, int] | None:
    """A photograph which EXIF turns without a change of its size, so that a label of what was stored fits too."""
    end = time.monotonic() + _SECONDS
    for path, (height, width), orientation in _heads(dataset, _PHOTOGRAPHS):
        if orientation in _ALIKE or (orientation in QUARTER_TURNS and height == width):
            return path, orientation
        if time.monotonic() > end:
            break
    return None


def _heads(dataset: Samples, count: int) -> Iterator[tuple[str, tuple[int, int], int]]:
    """Path, (height, width) and EXIF orientation of image files throughout the data set, as they are stored."""
    for index in np.unique(np.linspace(0, len(dataset) - 1, count).astype(int)) if len(dataset) else ():
        with contextlib.suppress(Exception):  # not an image that Pillow knows, a data set without files
            path = sample_files(dataset, int(index))['img']
            if os.path.isfile(path):
                with Image.open(path) as image:
                    yield path, stored_size(image), read_orientation(image)


def _range(sizes: Mapping[str, tuple[int, int]]) -> Sizes | None:
    heights, widths = zip(*sizes.values()) if sizes else ((), ())
    return ((min(heights), max(heights)), (min(widths), max(widths))) if sizes else None


def first_sample(dataset: Samples) -> tuple[Mapping | None, str | None]:
    """The first sample, if it can be loaded and is a mapping; and a field that a transform looked for in vain."""
    try:
        with _untouched(dataset) as copied:
            sample = copied[0]
    except KeyError as error:
        return None, error.args[0] if error.args and isinstance(error.args[0], str) else None
    except Exception:
        return None, None
    return sample if isinstance(sample, Mapping) else None, None


def _shape(img: object) -> tuple[tuple[int, int, int] | None, bool]:
    """(C, H, W) of an image as a sample has it, and whether it is so: an array (H, W, C) is not."""
    if not isinstance(img, (torch.Tensor, np.ndarray)) or img.ndim != 3:
        return None, True
    as_loaded = isinstance(img, np.ndarray) and img.shape[2] <= 4 < img.shape[0]
    return (None if as_loaded else tuple(img.shape)), not as_loaded


def _loaded_channels(dataset: Samples) -> int | None:
    """The channels of the first image before its transforms, of which one may refuse it."""
    with contextlib.suppress(Exception), _untouched(dataset) as copied:
        for loading in offering(copied, LoadsImages):
            image = loading.load_image(0)
            return 1 if image.ndim == 2 else image.shape[2]
    return None


@contextlib.contextmanager
def _untouched(dataset: Samples) -> Iterator[Samples]:
    """A copy to load from: what a data set opens at its first sample must not be shared with the workers."""
    with kept_rng_state():
        yield _copied(dataset)


def _copied(dataset: Samples) -> Samples:
    """A copy that holds copies of the data sets inside, and shares what else there is."""
    copied, inner = copy.copy(dataset), {id(part) for part in inner_datasets(dataset)}
    if inner and hasattr(copied, '__dict__'):
        vars(copied).update({name: _with_copies(value, inner) for name, value in vars(copied).items()})
    return copied


def _with_copies(value: object, inner: set[int]) -> object:
    """An attribute of a wrapper, with the data sets in it, told by their ids, copied."""
    if id(value) in inner:
        return _copied(value)
    if isinstance(value, (list, tuple)) and value and id(value[0]) in inner:
        return list(map(_copied, value))
    if isinstance(value, Mapping) and not inner.isdisjoint(map(id, value.values())):
        return {name: _copied(part) for name, part in value.items()}
    return value
