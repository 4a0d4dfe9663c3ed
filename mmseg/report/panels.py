"""A validation image as the page shows it: image, label, prediction, errors and confidence, each with its text."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from mmseg.evaluation.visualization import colorize
from mmseg.page.picture import embedded
from mmseg.palette import Palette

_EDGE = 360  # pixels of the longer edge
_WRONG = 0, 94, 213  # BGR: vermilion, which the colour-blind tell from grey
_IGNORED = 128, 128, 128
_NAMED = 4  # classes that a text names


class Panel(NamedTuple):
    """One picture.

    Attributes:
        title: what it is.
        src: of the ``img``.
        alt: what there is to see.
    """

    title: str
    src: str
    alt: str


def panels_of_image(
    picture: np.ndarray, label: np.ndarray | None, prediction: np.ndarray, confidence: np.ndarray | None,
    names: Sequence[str], palette: Palette,
) -> list[Panel]:
    """What is shown of one image; what is not known is left out.

    Args:
        picture: (h, w, 3) uint8 BGR.
        label: (H, W) class indices, whatever is none is ignored.
        prediction: (H, W) class indices.
        confidence: (H, W) of 0 to 1.
        names, palette: of the classes.
    """
    panels = [Panel('Image', embedded(picture, _EDGE), 'the image')]
    for title, values in (('Label', label), ('Prediction', prediction)):
        if values is not None:
            coloured = np.ascontiguousarray(colorize(values, palette)[..., ::-1])
            told = f'{title.lower()}: {shares(values, names)}'
            panels.append(Panel(title, embedded(coloured, _EDGE, flat=True), told))
    if label is not None and label.shape == prediction.shape:
        panels.append(_errors(picture, label, prediction, names))
    if confidence is not None:
        grey = (confidence * 255).round().clip(0, 255).astype(np.uint8)
        panels.append(Panel('Confidence', embedded(grey, _EDGE),
                            f'confidence, white is sure: {100 * confidence.mean():.0f} % on average, below 50 % at '
                            f'{100 * (confidence < 0.5).mean():.0f} % of the pixels'))
    return panels


def shares(values: np.ndarray, names: Sequence[str]) -> str:
    """The classes of a label map with their shares of its pixels that count, the largest first."""
    counts = np.bincount(values[(values >= 0) & (values < len(names))].ravel().astype(np.int64), minlength=len(names))
    if not counts.any():
        return 'no class'
    first = [int(k) for k in np.argsort(-counts, kind='stable')[:_NAMED] if counts[k]]
    more = np.count_nonzero(counts) - len(first)
    text = ', '.join(f'{names[k]} {100 * counts[k] / counts.sum():.0f} %' for k in first)
    return f'{text}, and {more} more' if more else text


def _errors(picture: np.ndarray, label: np.ndarray, prediction: np.ndarray, names: Sequence[str]) -> Panel:
    """The wrong pixels over the grey image."""
    counted = (label >= 0) & (label < len(names))
    wrong = counted & (label != prediction)
    small = cv2.resize(picture, label.shape[::-1], interpolation=cv2.INTER_AREA)
    drawn = np.repeat(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)[..., None] // 2 + 110, 3, axis=2)
    drawn[~counted] = _IGNORED
    drawn[wrong] = _WRONG
    share = wrong.sum() / max(1, counted.sum())
    told = f'{100 * share:.1f} %'
    alt = f'errors: {told} of the pixels that count are wrong{_pairs(label[wrong], prediction[wrong], names)}'
    return Panel(f'Errors, {told}', embedded(drawn, _EDGE), alt)


def _pairs(label: np.ndarray, prediction: np.ndarray, names: Sequence[str]) -> str:
    """The largest of the confusions, as text."""
    inside = prediction < len(names)
    places, counts = np.unique(label[inside].astype(np.int64) * len(names) + prediction[inside], return_counts=True)
    first = places[np.argsort(-counts, kind='stable')[:2]]
    told = ', '.join(f'{names[place // len(names)]} taken for {names[place % len(names)]}' for place in first)
    return f'; mostly {told}' if told else ''
