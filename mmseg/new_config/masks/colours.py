"""Index masks from masks that are made for people: colours, black and white, alpha, grey in three channels, JPEG."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmcv.image import imread
from mmcv.utils import ConfigError
from mmseg.doctor import Examination
from mmseg.doctor.kinds.labels import class_colours
from mmseg.labels import IGNORED, STORED, as_label
from mmseg.trees.label_facts import Colour

_NEAR = 60  # how far, as the sum over the channels, a colour may be from that of its class in a JPEG


@dataclass(frozen=True)
class MaskReader:
    """Makes indices of a mask file.

    Attributes:
        colours: {colour: value}; what is none of them is ignored. Empty where values are the classes.
        white: the value of the foreground of masks of two values, or None.
        lossy: whether values and colours are only near to what was meant.
    """

    colours: Mapping[Colour, int]
    white: int | None = None
    lossy: bool = False

    def read(self, path: str) -> np.ndarray:
        """(H, W) uint8 of a file."""
        stored = imread(path, STORED, backend='pillow')
        planes = stored[..., None] if stored.ndim == 2 else stored
        planes = planes[..., :3] if planes.shape[2] > 2 else planes[..., :1]
        if self.colours:
            return self._by_colour(np.repeat(planes, 3, axis=2) if planes.shape[2] == 1 else planes)
        label = planes[..., 0]
        if self.white is None:
            return as_label(np.ascontiguousarray(label), path)
        if self.lossy:
            return (label >= self.white / 2).astype(np.uint8)
        return np.select([label == 0, label == self.white], [0, 1], IGNORED).astype(np.uint8)

    def _by_colour(self, planes: np.ndarray) -> np.ndarray:
        label = np.full(planes.shape[:2], IGNORED, np.uint8)
        nearest = np.full(planes.shape[:2], _NEAR if self.lossy else 0, np.int32)
        for colour, value in self.colours.items():
            distance = np.abs(planes.astype(np.int32) - np.array(colour)).sum(axis=2)
            closer = distance < nearest if self.lossy else distance == 0
            label[closer], nearest[closer] = value, distance[closer]
        return label


def reader_for(seen: Examination) -> MaskReader:
    """The reader that fits most of a tree's labels.

    Raises:
        ConfigError: JPEGs of colours that no file names.
    """
    several = [facts for facts in seen.labels.values() if not facts.error]
    lossy = sum(facts.lossy for facts in several) * 2 > len(several)
    coloured = sum(bool(facts.colours) for facts in several) * 2 > len(several)
    if coloured:
        colours = class_colours(seen)
        if not colours:
            raise ConfigError('the masks are JPEGs of colours that no file names: give --classes FILE with a line '
                              'NAME,RED,GREEN,BLUE per class')
        return MaskReader({colour: value for value, colour in enumerate(colours)}, lossy=lossy)
    if lossy:
        return MaskReader({}, 255, lossy=True)
    return MaskReader({}, seen.reading.white)
