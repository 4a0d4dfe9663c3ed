"""Objects from the json files of COCO."""

from collections.abc import Sequence

import numpy as np

from mmseg.trees.files import stem_of
from mmseg.trees.words import split_of_folder, split_of_name

from .json_files import json_objects
from .shapes import Drawing, Drawings, Shape, box

_PARTS = {'images', 'annotations', 'categories'}


def read_coco(root: str, hints: Sequence[str]) -> Drawings | None:
    """The objects of all json files of COCO among the hints; None if there is none.

    Args:
        root: the folder.
        hints: paths relative to it.
    """
    names, drawings, where = {}, {}, []
    for path, told in json_objects(root, hints):
        if not told.keys() >= _PARTS or not isinstance(told['images'], list):
            continue
        where.append(path)
        of_category = {one['id']: one['name'] for one in told['categories']}
        names.update({number: of_category[number] for number in sorted(of_category)})
        of_image, split = {}, split_of_name(stem_of(path)) or split_of_folder(path)
        for one in told['images']:
            size = (int(one['height']), int(one['width'])) if one.get('height') and one.get('width') else None
            name = str(one['file_name'])
            of_image[one['id']] = drawings.setdefault((split, name), Drawing(name, size, split=split))
        for one in told['annotations']:
            shape = _shape(of_category[one['category_id']], one)
            if shape is not None and one['image_id'] in of_image:
                of_image[one['image_id']].shapes.append(shape)
    return Drawings(', '.join(where), list(dict.fromkeys(names.values())), list(drawings.values())) if where else None


def _shape(name: str, told: dict) -> Shape | None:
    segmentation = told.get('segmentation')
    if isinstance(segmentation, dict):
        return Shape(name, runs=segmentation)
    if segmentation:
        return Shape(name, [np.reshape(part, (-1, 2)) for part in segmentation if len(part) >= 6])
    if told.get('bbox'):
        left, top, width, height = told['bbox']
        return Shape(name, [box(left, top, left + width, top + height)])
    return None
