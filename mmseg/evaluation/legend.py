"""The classes of a picture by name, in a corner of it."""

from collections.abc import Sequence

import cv2
import numpy as np

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_TEXT, _GROUND = (40, 40, 40), (255, 255, 255)
_SMALLEST, _LARGEST = 0.35, 1.0  # scale of the font


def draw_legend(
    img: np.ndarray, counts: Sequence[int], names: Sequence[str], colours: Sequence[Sequence[int]],
) -> np.ndarray:
    """Name the classes that occur, the most frequent one first, with their shares, at the upper left.

    Where they are too many for the height of the picture, the rest is left out.

    Args:
        img: (H, W, 3) uint8 BGR.
        counts: pixels of each class.
        names: of the classes; letters that OpenCV has no signs for become '?'.
        colours: (K, 3) RGB.

    Returns:
        A copy of ``img`` with the legend.
    """
    img, counts = img.copy(), np.asarray(counts)
    scale = float(np.clip(img.shape[0] / 900, _SMALLEST, _LARGEST))
    line, margin = round(28 * scale), round(10 * scale)
    fitting = max(1, (img.shape[0] - 2 * margin) // line)
    shown = [int(number) for number in np.argsort(-counts, kind='stable') if counts[number] > 0][:fitting]
    if not shown:
        return img
    texts = [f'{names[number]} {100 * counts[number] / counts.sum():.1f} %' for number in shown]
    width = max(cv2.getTextSize(text, _FONT, scale, 1)[0][0] for text in texts) + line + 2 * margin
    corner = img[:len(shown) * line + 2 * margin, :width]
    corner[:] = (0.25 * corner + 0.75 * np.array(_GROUND)).astype(np.uint8)
    for row, (number, text) in enumerate(zip(shown, texts)):
        top = margin + row * line
        colour = [int(value) for value in colours[number][::-1]]
        cv2.rectangle(img, (margin, top), (margin + line * 2 // 3, top + line * 2 // 3), colour, cv2.FILLED)
        cv2.putText(img, text, (margin + line, top + line * 2 // 3), _FONT, scale, _TEXT, 1, cv2.LINE_AA)
    return img
