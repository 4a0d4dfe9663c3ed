"""What an image file says of itself before anything is decoded."""

import io
import threading
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from mmcv.utils import one_line

from .orientation import QUARTER_TURNS, read_orientation, stored_size

_LIMIT = threading.Lock()  # of Pillow, for all threads at once


class Header(NamedTuple):
    """What the first bytes of an image tell.

    Attributes:
        height, width: in pixels, as it is shown.
        upright: whether it is shown as it is stored.
        format: such as 'PNG'.
    """

    height: int
    width: int
    upright: bool
    format: str

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.height * self.width


class Part(NamedTuple):
    """Pixels (h, w, 3) of a larger image, and where in it they lie."""

    pixels: np.ndarray
    top: int
    left: int


def read_header(source: str | Path | bytes) -> Header:
    """The size of an image, however large: nothing is decoded.

    Args:
        source: a path, or what is in the file.

    Raises:
        ValueError: Pillow knows no such image.
        OSError: the file cannot be read.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with _LIMIT, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(file) as image:
                turned = read_orientation(image)
                size = stored_size(image)[::-1 if turned in QUARTER_TURNS else 1]
                return Header(*size, turned == 1, image.format)
        except OSError as error:
            if error.errno is not None:
                raise
            raise ValueError('no image, or of an unknown format') from error
        except Exception as error:  # a damaged header makes Pillow raise nearly anything
            raise ValueError(f'a damaged header: {one_line(error)}') from error
        finally:
            Image.MAX_IMAGE_PIXELS = limit
