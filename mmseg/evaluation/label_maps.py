"""Label maps as files that other programs read: images of class indices by the images' names."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from mmseg.labels import read_label_map
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
        folder: where to; it is made.
        indices: the samples that they belong to; None takes them in order.

    Returns:
        The paths of the files, palette images; with more than 256 classes grey ones of 16 bit.
    """
    colours, wide = palette(dataset), len(class_names(dataset) or ()) > 256
    paths = []
    for result, index in zip(results, range(len(dataset)) if indices is None else indices):
        path = Path(folder, picture_path(dataset, index)).with_suffix('.png')
        values = read_label_map(result)
        save_label_map(path, values.astype(np.uint16) if wide else values, None if wide else colours)
        paths.append(str(path))
    return paths


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
