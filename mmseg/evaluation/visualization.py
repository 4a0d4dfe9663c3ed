"""Pictures of what a segmentor learned: label maps in colour, beside their images."""

import cv2
import numpy as np

import mmcv
from mmseg.palette import Palette, plain_palette


def colorize(label: np.ndarray, palette: Palette) -> np.ndarray:
    """Colour a label map.

    Args:
        label: (H, W) integers; whatever is not an index into ``palette`` (255, say) becomes black.
        palette: (K, 3) RGB, see :func:`mmseg.palette.plain_palette`.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    colors = np.array([*plain_palette(palette), [0, 0, 0]], np.uint8)
    label = np.asarray(label).astype(np.int64)
    return colors[np.where((label >= 0) & (label < len(colors) - 1), label, len(colors) - 1)]


def side_by_side(*pictures: np.ndarray, gap: int = 4) -> np.ndarray:
    """Join (H, W, 3) uint8 pictures of one height from left to right with a white gap of ``gap`` pixels."""
    bar = np.full((pictures[0].shape[0], gap, 3), 255, np.uint8)
    return np.concatenate([part for picture in pictures for part in (bar, picture)][1:], axis=1)


def comparison(img: np.ndarray, label: np.ndarray | None, prediction: np.ndarray, palette: Palette) -> np.ndarray:
    """Image, label (if there is one) and prediction side by side.

    Args:
        img: (h, w, 3) uint8 BGR, as from :func:`.picture.as_picture`.
        label, prediction: (H, W) integers; the prediction's size is that of the picture.
        palette: the colour of each class.

    Returns:
        (H, 3 W + 8, 3) uint8 BGR.
    """
    size = (prediction.shape[1], prediction.shape[0])
    parts = [mmcv.imresize(img, size)]
    for values in (label, prediction):
        if values is not None:
            parts.append(cv2.resize(colorize(values, palette)[..., ::-1], size, interpolation=cv2.INTER_NEAREST))
    return side_by_side(*parts)


def draw_over(picture: np.ndarray, label: np.ndarray, palette: Palette, opacity: float = 0.5) -> np.ndarray:
    """Lay the colours of a label map over a picture.

    Args:
        picture: (H, W, 3) uint8 BGR.
        label: (H, W) integers; what is no class leaves the picture as it is.
        palette: the colour of each class.
        opacity: of the colours, 0 to 1.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    colours = np.ascontiguousarray(colorize(label, palette)[..., ::-1])
    drawn = cv2.addWeighted(picture, 1 - opacity, colours, opacity, 0)
    known = (label >= 0) & (label < len(palette))
    return drawn if known.all() else np.where(known[..., None], drawn, picture)
