"""Objects from the json files of labelme, one per image."""

import base64
import io
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

from .json_files import json_objects
from .shapes import Drawing, Drawings, Shape, box, ellipse


def read_labelme(root: str, hints: Sequence[str]) -> Drawings | None:
    """The objects of all files of labelme among the hints; None if there is none.

    Args:
        root: the folder.
        hints: paths relative to it.
    """
    drawings, names = [], set()
    for path, told in json_objects(root, hints):
        if not isinstance(told.get('shapes'), list):
            continue
        size = (told['imageHeight'], told['imageWidth']) if told.get('imageHeight') else None
        named = str(told.get('imagePath') or PurePosixPath(path).stem).replace('\\', '/')
        shapes = [shape for one in told['shapes'] if (shape := _shape(one)) is not None]
        drawings.append(Drawing((PurePosixPath(path).parent / named).as_posix(), size, shapes))
        names.update(shape.name for shape in shapes)
    return Drawings('the json files of labelme', sorted(names), drawings) if drawings else None


def _shape(told: dict) -> Shape | None:
    name, points = str(told['label']), np.reshape(told.get('points') or [], (-1, 2)).astype(float)
    kind = told.get('shape_type') or 'polygon'
    if kind == 'rectangle' and len(points) == 2:
        low, high = points.min(axis=0), points.max(axis=0)
        return Shape(name, [box(*low, *high)])
    if kind == 'circle' and len(points) == 2:
        return Shape(name, [ellipse(points[0], [np.linalg.norm(points[1] - points[0])] * 2)])
    if kind == 'mask' and told.get('mask'):
        with Image.open(io.BytesIO(base64.b64decode(told['mask']))) as image:
            left, top = points.min(axis=0).astype(int)
            return Shape(name, patch=(np.array(image).astype(np.uint8), int(left), int(top)))
    return Shape(name, [points]) if kind == 'polygon' and len(points) > 2 else None  # points and lines have no area
