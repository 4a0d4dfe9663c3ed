"""Pictures inside of a page."""

import base64

import cv2
import numpy as np


def embedded(picture: np.ndarray, edge: int, flat: bool = False) -> str:
    """A small copy of a picture as the ``src`` of an ``img``.

    Args:
        picture: (H, W, 3) uint8 BGR, or (H, W) uint8 grey.
        edge: pixels of its longer edge.
        flat: it has areas of one colour, whose borders stay sharp: a PNG of the nearest pixels, and else a JPEG.
    """
    scale = edge / max(picture.shape[:2])
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    smooth = scale < 1 and not flat
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smooth else cv2.INTER_NEAREST)
    kind = 'png' if flat else 'jpeg'
    return data_address(cv2.imencode(f'.{kind}', small)[1].tobytes(), kind)


def data_address(content: bytes, kind: str) -> str:
    """An image file as an address that holds it.

    Args:
        content: what is in the file.
        kind: 'png' or 'jpeg'.
    """
    return f'data:image/{kind};base64,{base64.b64encode(content).decode()}'
