"""From what label files hold, values or colours, to class indices."""

from collections.abc import Mapping

import numpy as np

from .sources import Refused

PACK = np.array([1 << 16, 1 << 8, 1], np.int32)  # times red, green, blue: one number


def relabel(label: np.ndarray, mapping: Mapping[int, int], unknown: int | None = None) -> np.ndarray:
    """Replace each value of a label map by ``mapping[value]``.

    Args:
        label: (H, W), of any number type.
        mapping: value in the file, 0..255 -> class index, 0..255.
        unknown: what becomes of a value without a mapping; None: the map is refused.

    Returns:
        (H, W) uint8.
    """
    table = np.full(257, -1, np.int16)  # the last entry stands for everything outside 0..255
    table[list(mapping)] = list(mapping.values())
    inside = (label >= 0) & (label <= 255)
    return _settle(table[np.where(inside, label, np.int16(256)).astype(np.int16)], label, unknown, 'label value')


def label_colours(image: np.ndarray, colours: Mapping[tuple, int], unknown: int | None = None) -> np.ndarray:
    """Replace each colour of an (H, W, 3) RGB image by its class index.

    Args:
        image: (H, W, 3) uint8.
        colours: (red, green, blue), 0..255 -> class index, 0..255.
        unknown: what becomes of a colour without an index; None: the image is refused.

    Returns:
        (H, W) uint8.
    """
    out = np.full(image.shape[:2], -1, np.int16)
    strips = 1 + len(image) // 64  # which stay in the cache; the parts of out are views
    for strip, part in zip(np.array_split(image, strips), np.array_split(out, strips)):
        packed = strip @ PACK
        for colour, index in colours.items():
            part[packed == np.dot(colour, PACK)] = index
    return _settle(out, image, unknown, 'colour')


def _settle(out: np.ndarray, original: np.ndarray, unknown: int | None, what: str) -> np.ndarray:
    """Decide about the pixels that no mapping reached, -1 in ``out``."""
    strange = out < 0
    if strange.any():
        if unknown is None:
            raise Refused(f'unknown {what}', f'{original[strange][0].tolist()}, {strange.mean():.2%} of the pixels '
                                             'are unknown (--ignore-unknown leaves them out of training)')
        out[strange] = unknown
    return out.astype(np.uint8)
