"""What a label is: which values count as classes, which one is ignored, and what is refused."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import ExifTags, Image, UnidentifiedImageError

from mmcv.image import imread

_QUARTER_TURNS = (5, 6, 7, 8)  # values of the EXIF orientation that exchange height and width


class DataError(ValueError):
    """Something in the data is wrong; one line that names the file.

    Attributes:
        worker_traceback: where it happened, in the process that loaded the sample; '' if that is not known.
    """

    worker_traceback = ''


def foreign_labels(label: np.ndarray, num_classes: int, ignore_index: int) -> list[int]:
    """The values of a label map (integers of any shape) that are neither a class nor ``ignore_index``, ascending."""
    as_unsigned = label.view(f'u{label.itemsize}')  # negative values become large ones: one comparison finds both
    outside = (as_unsigned >= num_classes) & (label != ignore_index)
    return np.unique(label[outside]).tolist() if outside.any() else []


def describe_foreign_labels(values: Sequence[int], num_classes: int, ignore_index: int) -> str:
    """What to say of values that :func:`foreign_labels` found; up to five are named."""
    shown = ', '.join(map(str, values[:5])) + (', ...' if len(values) > 5 else '')
    return f'label {shown} is outside of the {num_classes} classes (0 to {num_classes - 1}; {ignore_index} is ignored)'


def check_labels(label: torch.Tensor | np.ndarray, num_classes: int, ignore_index: int, where: str) -> None:
    """Refuse a label map with values that are neither a class nor ``ignore_index``.

    Args:
        label: integers of any shape.
        num_classes: classes are 0 to ``num_classes - 1``.
        ignore_index: the value of pixels that do not count.
        where: the file, for the message.

    Raises:
        DataError: names the file, up to five of the values, and what usually mends it.
    """
    values = foreign_labels(np.asarray(label), num_classes, ignore_index)
    if not values:
        return
    mend = ('labels that count from 1 need reduce_zero_label=True in the data set and in LoadAnnotations'
            if values == [num_classes] else
            'set classes and num_classes to what the files hold, or convert the files')
    raise DataError(f'{where}: {describe_foreign_labels(values, num_classes, ignore_index)}: {mend}')


def describe_turn(image_file: str | None, image_size: Sequence[int], label_size: Sequence[int]) -> str:
    """What to say of an image whose label has other sizes, if the cause is that only the image was turned.

    Cameras store a photograph as the sensor saw it, and in the EXIF tag "orientation" how it is to be turned.

    Args:
        image_file: where the image was read from.
        image_size, label_size: (H, W).

    Returns:
        '' if that is not the cause.
    """
    if image_file is None or tuple(image_size) != tuple(label_size)[::-1] or not os.path.isfile(image_file):
        return ''
    with contextlib.suppress(OSError, UnidentifiedImageError), Image.open(image_file) as image:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if orientation in _QUARTER_TURNS:
            return (f': the image is turned by its EXIF orientation {orientation} and the label is not: load it with '
                    "color_type='color_ignore_orientation', or turn the label too")
    return ''


def read_label_map(source: np.ndarray | torch.Tensor | str | Path) -> np.ndarray:
    """A label map as an array: an array as it is, a ``.npy`` file, or an image (of palette files the indices)."""
    if isinstance(source, (str, Path)):
        return np.load(source) if str(source).endswith('.npy') else imread(source, flag='unchanged', backend='pillow')
    return np.asarray(source)


def remap_label(
    label: np.ndarray,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
    ignore_index: int | None = 255,
) -> np.ndarray:
    """Rename the values of a label map; the caller's array stays as it is.

    Args:
        label: (H, W) integers.
        label_map: old value -> new value, all at once; a negative new value means ``ignore_index``.
        reduce_zero_label: then lower every value by one, 0 and 255 becoming 255.
        ignore_index: None for no such value.

    Returns:
        (H, W) int64.
    """
    if label.dtype == np.uint8 and label.size > 256:  # each value once instead of each pixel
        return remap_label(np.arange(256, dtype=np.uint8), label_map, reduce_zero_label, ignore_index)[label]
    renamed = label.astype(np.int64)
    for old, new in (label_map or {}).items():
        renamed[label == old] = new
    if reduce_zero_label:
        renamed[renamed == 0] = 255
        renamed[renamed != 255] -= 1
    dropped = [old for old, new in (label_map or {}).items() if new < 0]
    if dropped and ignore_index is not None:
        renamed[np.isin(label, dropped)] = ignore_index
    return renamed
