"""What labelling tools say of an image: outlines and runs, drawn one over the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from mmcv.utils import ConfigError
from mmseg.labels import IGNORED
from mmseg.trees.class_names import is_void

_BITS = 4  # of a pixel's place that are drawn by
_CORNERS = 64  # of an ellipse


@dataclass
class Shape:
    """One object.

    Attributes:
        name: of its class.
        outlines: (N, 2) x and y in pixels, the upper left corner of the image being 0, 0; several parts of one object.
        runs: {'size': (H, W), 'counts': ...} as COCO has it, or None.
        patch: (mask (h, w), left, top), or None.
    """

    name: str
    outlines: Sequence[np.ndarray] = ()
    runs: Mapping | None = None
    patch: tuple[np.ndarray, int, int] | None = None


@dataclass
class Drawing:
    """All objects of an image.

    Attributes:
        image: its name, perhaps with folders.
        size: (H, W), None if nobody says.
        shapes: in the order in which they are drawn.
        split: 'train', 'val' or 'test', if the file says so that tells of it.
    """

    image: str
    size: tuple[int, int] | None
    shapes: list[Shape] = field(default_factory=list)
    split: str | None = None


@dataclass
class Drawings:
    """What a tool has written.

    Attributes:
        where: the file, or the folder.
        names: of the classes, without the background, in the tool's order.
        drawings: one per image.
    """

    where: str
    names: list[str]
    drawings: list[Drawing]


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """(4, 2) the corners of a rectangle."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)


def ellipse(centre: Sequence[float], radii: Sequence[float]) -> np.ndarray:
    """(64, 2) an outline, from x and y of the centre and of the radii."""
    angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    return np.asarray(centre) + np.asarray(radii) * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def values_of(names: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """{class: value in the mask} and the names by value: what no object covers is 0, void is ignored."""
    classes = ['background', *(name for name in names if name.lower() != 'background' and not is_void(name))]
    values = {name: value for value, name in enumerate(classes)}
    return {**values, **{name: 0 if name.lower() == 'background' else IGNORED for name in names
                         if name not in values}}, classes


def rasterise(drawing: Drawing, size: tuple[int, int], values: Mapping[str, int]) -> np.ndarray:
    """(H, W) uint8, 0 where there is no object.

    Args:
        drawing: the objects.
        size: (H, W) of the image.
        values: {class: value}.
    """
    label = np.zeros(size, np.uint8)
    for shape in drawing.shapes:
        value = values[shape.name]
        outlines = [_to_pixels(outline) for outline in shape.outlines if len(outline) > 2]
        if outlines:
            cv2.fillPoly(label, outlines, value, shift=_BITS)
        if shape.runs is not None:
            label[_decode(shape.runs, drawing.image) > 0] = value
        if shape.patch is not None:
            mask, left, top = shape.patch
            part = label[top:top + mask.shape[0], left:left + mask.shape[1]]
            part[mask[:part.shape[0], :part.shape[1]] > 0] = value
    return label


def _to_pixels(outline: np.ndarray) -> np.ndarray:
    """Corners as OpenCV counts: the middle of the first pixel is 0, and borders belong to what is filled.

    Those of a rectangle of whole numbers are moved by less than half a pixel, so that it covers its pixels exactly.
    """
    outline = np.asarray(outline, np.float64)
    centre = outline.mean(axis=0)
    inward = outline - 0.5 - 0.45 * np.sign(outline - centre)
    return np.round(inward * (1 << _BITS)).astype(np.int32)


def _decode(runs: Mapping, image: str) -> np.ndarray:
    try:
        from pycocotools import mask
    except ImportError as error:
        raise ConfigError(f'{image}: masks by run lengths need a package: pip install pycocotools ({error})') from error
    height, width = map(int, runs['size'])
    counts = runs['counts']
    if isinstance(counts, list):
        return mask.decode(mask.frPyObjects({'size': [height, width], 'counts': counts}, height, width))
    return mask.decode({'size': [height, width], 'counts': counts.encode() if isinstance(counts, str) else counts})
