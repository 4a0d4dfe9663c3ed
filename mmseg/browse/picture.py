"""A label over its image."""

import numpy as np

from mmseg.palette import Palette, plain_palette


def overlay(img: np.ndarray, label: np.ndarray, palette: Palette, opacity: float) -> np.ndarray:
    """Colours over an image, which stays as it is where the label is no class.

    Args:
        img: (H, W, 3) uint8 BGR.
        label: (H, W) integers.
        palette: (K, 3) RGB.
        opacity: of the colours, above 0 and up to 1.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    colours = np.array(plain_palette(palette), np.float32)[:, ::-1]
    label = np.asarray(label).astype(np.int64)
    known = (label >= 0) & (label < len(colours))
    mixed = img.astype(np.float32)
    mixed[known] += opacity * (colours[label[known]] - mixed[known])
    return mixed.round().astype(np.uint8)
