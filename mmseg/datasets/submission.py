"""Label maps as files for a test server."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmseg.evaluation.label_maps import png_name, save_label_map
from mmseg.labels import read_label_map

from .custom import CustomDataset


def write_label_maps(
    dataset: CustomDataset,
    results: Sequence,
    folder: str,
    indices: Sequence[int] | None = None,
    ids: Sequence[int] | None = None,
    palette: Sequence[Sequence[int]] | None = None,
) -> list[str]:
    """Write each label map as ``folder/NAME.png``, NAME from its image (see :func:`.label_maps.png_name`).

    Args:
        dataset: names the images, and knows which of its classes are in use.
        results: (H, W) class indices, as arrays or ``.npy`` files.
        folder: where to; it is made.
        indices: the samples that they belong to; None takes them in order.
        ids: the server's value of each class of the data set, also of those that are not in use; what is no class
            becomes 0. None writes the indices of the classes in use.
        palette: colours of these values; without it the files are grey.

    Returns:
        The paths of the files.
    """
    indices = range(len(dataset)) if indices is None else indices
    values = np.zeros(256, np.uint8)
    chosen = range(256) if ids is None else [ids[place] for place in dataset.places_of_classes()]
    values[:len(chosen)] = chosen
    paths = []
    for result, index in zip(results, indices):
        path = Path(folder, png_name(dataset, index, flat=True))
        save_label_map(path, values[read_label_map(result)], palette)
        paths.append(str(path))
    return paths
