"""Objects from the xml files of CVAT (for images, 1.1)."""

import os
from collections.abc import Sequence
from xml.etree import ElementTree

import numpy as np

from .shapes import Drawing, Drawings, Shape, box, ellipse


def read_cvat(root: str, hints: Sequence[str]) -> Drawings | None:
    """The objects of all files of CVAT among the hints; None if there is none.

    Args:
        root: the folder.
        hints: paths relative to it.
    """
    names, drawings, where = {}, [], []
    for path in hints:
        if not path.lower().endswith('.xml'):
            continue
        try:
            tree = ElementTree.parse(os.path.join(root, path)).getroot()
        except ElementTree.ParseError:
            continue
        if tree.tag != 'annotations' or tree.find('image') is None:
            continue
        where.append(path)
        names.update({label.findtext('name'): None for label in tree.iter('label') if label.findtext('name')})
        for image in tree.iter('image'):
            nodes = sorted(image, key=lambda node: int(node.get('z_order') or 0))
            shapes = [shape for node in nodes if (shape := _shape(node)) is not None]
            names.update({shape.name: None for shape in shapes})
            size = int(image.get('height')), int(image.get('width'))
            drawings.append(Drawing(image.get('name').replace('\\', '/'), size, shapes))
    return Drawings(', '.join(where), list(names), drawings) if where else None


def _shape(node: ElementTree.Element) -> Shape | None:
    name = node.get('label')
    if node.tag == 'polygon':
        return Shape(name, [np.array([pair.split(',') for pair in node.get('points').split(';')], float)])
    if node.tag == 'box':
        return Shape(name, [box(*(float(node.get(side)) for side in ('xtl', 'ytl', 'xbr', 'ybr')))])
    if node.tag == 'ellipse':
        centre, radii = ([float(node.get(key)) for key in keys] for keys in (('cx', 'cy'), ('rx', 'ry')))
        return Shape(name, [ellipse(centre, radii)])
    if node.tag == 'mask':
        left, top, width, height = (int(float(node.get(key))) for key in ('left', 'top', 'width', 'height'))
        counts = [int(count) for count in node.get('rle').split(',')]
        flat = np.repeat(np.arange(len(counts)) % 2, counts)
        return Shape(name, patch=(flat[:width * height].reshape(height, width).astype(np.uint8), left, top))
    return None
