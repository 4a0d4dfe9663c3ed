"""Objects from the text files of YOLO for segmentation, one per image: class x y x y ... as shares of the size."""

import os
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from mmseg.trees.class_names import ClassNames
from mmseg.trees.files import stem_of

from .shapes import Drawing, Drawings, Shape, box


def read_yolo(
    root: str, hints: Sequence[str], images: dict[str, tuple[int, int]], names: ClassNames | None
) -> Drawings | None:
    """The objects of all text files that are called as an image is; None if there is none.

    Args:
        root: the folder.
        hints: paths relative to it.
        images: {path: (H, W)}.
        names: of the classes; None calls them by their numbers.
    """
    texts = {_place(path): path for path in hints if path.lower().endswith('.txt')}
    drawings, numbers = [], set()
    for image, size in images.items():
        if (text := texts.get(_place(image))) is None:
            continue
        shapes = _shapes(os.path.join(root, text), size, names)
        if shapes is None:
            continue
        numbers.update(number for number, _ in shapes)
        drawings.append(Drawing(image, size, [shape for _, shape in shapes]))
    if not drawings:
        return None
    found = list(names.names) if names else [f'class_{number}' for number in range(max(numbers, default=0) + 1)]
    return Drawings('the text files of YOLO', found, drawings)


def _place(path: str) -> tuple[tuple[str, ...], str]:
    """Where a file lies, but for the folders that tell images from labels."""
    return tuple(part for part in PurePosixPath(path).parts[:-1] if part not in ('images', 'labels')), stem_of(path)


def _shapes(file: str, size: tuple[int, int], names: ClassNames | None) -> list[tuple[int, Shape]] | None:
    """(number of the class, object); None of a text that is about something else."""
    found = []
    with open(file, encoding='utf-8', errors='replace') as stream:
        for line in filter(str.strip, stream):
            try:
                number, *places = map(float, line.split())
            except ValueError:
                return None
            outline = np.array(places)
            if len(outline) == 4:  # a box, by its middle
                (x, y), half = outline[:2], outline[2:] / 2
                outline = box(x - half[0], y - half[1], x + half[0], y + half[1]).ravel()
            if len(outline) < 6 or len(outline) % 2 or number != int(number):
                return None
            name = (names.of_value(int(number)) if names else None) or f'class_{int(number)}'
            found.append((int(number), Shape(name, [outline.reshape(-1, 2) * size[::-1]])))
    return found
