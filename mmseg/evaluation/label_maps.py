"""Label maps as files that other programs read: images of class indices by the images' names."""

import functools
from collections.abc import Sequence
from pathlib import Path, PurePath

import numpy as np
import torch
from PIL import Image

from mmseg.labels import read_label_map
from mmseg.logger import get_root_logger
from mmseg.protocols import Samples
from mmseg.samples import class_names, palette

from .picture import picture_path


def write_class_indices(
    dataset: Samples, results: Sequence, folder: str, indices: Sequence[int] | None = None,
) -> list[str]:
    """Write each label map as ``folder/NAME.png``, NAME from its image and the folders that it lies in.

    Args:
        dataset: gives the names of the images, the classes and their colours.
        results: (H, W) class indices as the model counts them, from 0; arrays or ``.npy`` files.
        folder: where to; it is made. Images that differ in their endings alone keep these: ``a.jpg.png``.
        indices: the samples that they belong to; None takes them in order.

    Returns:
        The paths of the files, palette images; with more than 256 classes grey ones of 16 bit.
    """
    colours, wide = palette(dataset), len(class_names(dataset) or ()) > 256
    paths = []
    for result, index in zip(results, range(len(dataset)) if indices is None else indices):
        path = Path(folder, png_name(dataset, index))
        values = read_label_map(result)
        save_label_map(path, values.astype(np.uint16) if wide else values, None if wide else colours)
        paths.append(str(path))
    return paths


def png_name(dataset: Samples, index: int, flat: bool = False) -> PurePath:
    """How the file for the label map of a sample is called: as its image, and no other's of the data set.

    Args:
        dataset: gives the names of the images.
        index: of the sample.
        flat: leave out the folders that the image lies in, unless several images have one name there.
    """
    path = picture_path(dataset, index)
    for alone in (True, False) if flat else (False,):
        name = _without_ending(path, alone)
        if name not in _shared_names(dataset, alone):
            return name
    return path.with_name(f'{path.name}.png')


def _without_ending(path: PurePath, alone: bool) -> PurePath:
    """The name of the label map of an image, with the folders or alone."""
    return PurePath(path.name if alone else path).with_suffix('.png')


@functools.lru_cache(maxsize=8)  # asked for every image of a test
def _shared_names(dataset: Samples, flat: bool) -> set[PurePath]:
    """The names that the label maps of several images would have."""
    images, shared = {}, {}
    for index in range(len(dataset)):
        path = picture_path(dataset, index)
        name = _without_ending(path, flat)
        other = images.setdefault(name, path)
        if other != path:
            shared.setdefault(name, (other, path))
    if shared:
        name, (one, other) = next(iter(shared.items()))
        get_root_logger().warning(
            f'{len(shared)} label maps would have one name with others ({one} and {other}: {name}): these keep the '
            f'{"folders" if flat else "endings"} of their images')
    return set(shared)


def save_label_map(path: Path, values: np.ndarray, palette: Sequence[Sequence[int]] | None = None) -> None:
    """Write integers as a PNG.

    Args:
        path: the file; its folder is made.
        values: (H, W), 0 to 255, or as uint16 up to 65535.
        palette: (K, 3) RGB of 0 to 255, the colours of the values; None for a grey image.
    """
    image = Image.fromarray(values if values.dtype == np.uint16 else values.astype(np.uint8))
    if palette is not None:
        image = image.convert('P')
        image.putpalette(np.asarray(palette, np.uint8).tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def label_maps_by_name(dataset: Samples, label_maps: Sequence[np.ndarray | torch.Tensor]) -> dict[str, np.ndarray]:
    """The label maps of all samples, in order, by the names of their images as in :func:`.picture.picture_path`."""
    return {picture_path(dataset, index).as_posix(): np.asarray(values) for index, values in enumerate(label_maps)}
