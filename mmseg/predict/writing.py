"""All files of one image at once, as the parts of its prediction come."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np

from mmseg.inference import Classes, Prediction

from .outputs import (
    Size,
    Strip,
    TakesProbability,
    TakesStrip,
    confidence_png,
    mask_png,
    overlay_jpg,
    probability_npz,
)

#: From the first row and the one behind the last to the rows of an image, and to where they have data.
RowsOf = Callable[[int, int], tuple[np.ndarray, np.ndarray | None]]
MaskWriter = contextlib.AbstractContextManager[TakesStrip]


class Wanted(NamedTuple):
    """What is to be written.

    Attributes:
        out: the folder.
        kinds: of :data:`.kinds.KINDS`.
        classes: their number and colours.
        opacity: of the colours in overlays, 0 to 1.
    """

    out: Path
    kinds: Sequence[str]
    classes: Classes
    opacity: float = 0.5

    @property
    def details(self) -> tuple[bool, bool]:
        """Whether, beside labels, confidence and probabilities are needed."""
        return 'confidence' in self.kinds, 'probability' in self.kinds

    def path(self, kind: str, name: PurePath, suffix: str) -> Path:
        """Where the file of a kind goes."""
        return self.out / kind / name.with_name(name.name + suffix)


def write_image(
    wanted: Wanted, name: PurePath, size: Size, parts: Iterable[Prediction], rows_of: RowsOf,
    mask: MaskWriter | None = None,
) -> None:
    """Write what is wanted of an image; a file is there when it is complete, and not before.

    Args:
        wanted: the kinds of files.
        name: of the image, below the folders of the kinds.
        size: (height, width) of the image.
        parts: of its prediction, from left to right and from top to bottom.
        rows_of: the image, of which those rows are asked for that the last part belonged to.
        mask: writes the mask; a palette PNG by default.
    """
    with contextlib.ExitStack() as stack:
        takers: list[TakesStrip] = []
        if 'mask' in wanted.kinds:
            takers.append(stack.enter_context(
                mask or mask_png(wanted.path('mask', name, '.png'), size, wanted.classes)))
        if 'overlay' in wanted.kinds:
            takers.append(stack.enter_context(
                overlay_jpg(wanted.path('overlay', name, '.jpg'), size, wanted.classes, wanted.opacity)))
        if 'confidence' in wanted.kinds:
            takers.append(stack.enter_context(confidence_png(wanted.path('confidence', name, '.png'), size)))
        probability = None
        if 'probability' in wanted.kinds:
            probability = stack.enter_context(
                probability_npz(wanted.path('probability', name, '.npz'), size, wanted.classes))
        for strip in _strips(parts, size[1], rows_of, probability):
            for take in takers:
                take(strip)


def _strips(
    parts: Iterable[Prediction], width: int, rows_of: RowsOf, probability: TakesProbability | None,
) -> Iterator[Strip]:
    """The parts put together to whole rows."""
    labels = confidence = None
    for part in parts:
        height, columns = part.labels.shape[0], slice(part.x, part.x + part.labels.shape[1])
        if part.x == 0:
            labels = np.empty((height, width), np.uint16)
            confidence = None if part.confidence is None else np.empty((height, width), np.float32)
        labels[:, columns] = part.labels.cpu()
        if confidence is not None:
            confidence[:, columns] = part.confidence.cpu()
        image, known = rows_of(part.y, part.y + height)
        if probability is not None:
            values = part.probability.cpu().numpy()
            probability(part.y, part.x, values if known is None else values * known[:, columns])
        if columns.stop == width:
            yield Strip(part.y, image, labels, confidence, known)
