"""What a label is: which values count as classes, which one is ignored, and what is refused."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from numbers import Integral
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from mmcv.image import imread
from mmcv.image.orientation import QUARTER_TURNS, read_orientation
from mmcv.utils import ConfigError

#: The ignored value of a data set that does not say.
IGNORED = 255
#: How label files are read, a flag of :func:`mmcv.image.imread`.
STORED = 'stored'

_TYPES = (np.uint8, np.uint16, np.int16, np.int32, np.int64)  # of label maps, the one that is preferred first
_TABLE = 2**16  # as many values are renamed by a table


class DataError(ValueError):
    """Something in the data is wrong; one line that names the file.

    Attributes:
        worker_traceback: where it happened, in the process that loaded the sample; '' if that is not known.
    """

    worker_traceback = ''


def check_ignore_index(value: int | None, reduce_zero_label: bool = False, left_out: Sequence[str] = ()) -> None:
    """Refuse what cannot be the ignored value of a data set; None stands for "nothing is ignored".

    Args:
        value: the value.
        reduce_zero_label: whether the value 0 of the files is to become the ignored one.
        left_out: classes whose pixels are to become the ignored value.

    Raises:
        ConfigError: in one line with the mend.
    """
    if value is not None and (isinstance(value, bool) or not isinstance(value, Integral) or abs(value) >= 2**63):
        raise ConfigError(f'ignore_index is {value!r}: use a whole number, or None if nothing is ignored')
    if value is None and left_out:
        raise ConfigError(f'classes leaves out {", ".join(left_out)}, and ignore_index=None leaves no value for their '
                         'pixels: set ignore_index, or name all classes')
    if reduce_zero_label and (value is None or value == 0):
        raise ConfigError(f'reduce_zero_label=True makes the value 0 of the files the ignored one, and ignore_index is '
                         f'{value}: set ignore_index to a value that is no class, or leave reduce_zero_label out')


def holding(label: np.ndarray, *values: int) -> np.ndarray:
    """A label map in a number type that has a place for further values: its own if that will do, else a wider one.

    Raises:
        ValueError: no number type holds them all.
    """
    if label.dtype == bool:
        label = label.view(np.uint8)
    if label.dtype.kind not in 'iu':
        return label
    limits = np.iinfo(label.dtype)
    if all(limits.min <= value <= limits.max for value in values):
        return label
    values = [*values, int(label.min(initial=0)), int(label.max(initial=0))]
    return label.astype(_smallest_type(min(values), max(values)))


def _smallest_type(low: int, high: int) -> type:
    for kind in _TYPES:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return kind
    raise ValueError(f'label values from {low} to {high}: no number type holds them all')


def as_label(stored: np.ndarray, where: str) -> np.ndarray:
    """The label map in what a file stores, in the number type that holds its values.

    Args:
        stored: (H, W) or (H, W, 1) of any number type.
        where: the file, for the message.

    Returns:
        (H, W) integers: uint8 if that will do.

    Raises:
        DataError: colours, fractions, nan, or numbers that are too large; up to five of them are named.
    """
    if stored.ndim == 3 and stored.shape[2] == 1:
        stored = stored[..., 0]
    if stored.ndim != 2:
        kind = f'a colour image ({stored.shape[2]} channels)' if stored.ndim == 3 else f'an array {stored.shape}'
        raise DataError(f'{where}: {kind} instead of class indices; convert it')
    if stored.dtype == np.uint8:
        return stored
    stored = _whole(stored, where)
    return stored.astype(_smallest_type(int(stored.min(initial=0)), int(stored.max(initial=0))), copy=False)


def _whole(values: np.ndarray, where: str) -> np.ndarray:
    """The values as integers; a DataError if that would change them."""
    if values.dtype == bool:
        return values.view(np.uint8)
    if values.dtype.kind not in 'iuf':
        raise DataError(f'{where}: {values.dtype} instead of class indices; convert it')
    wrong = values >= 2**63 if values.dtype.kind == 'u' else np.zeros(values.shape, bool)
    if values.dtype.kind == 'f':
        with np.errstate(invalid='ignore'):
            wrong = ~(np.abs(values) < 2**63) | (values != np.floor(values))
    if wrong.any():
        raise DataError(f'{where}: {_some(np.unique(values[wrong]).tolist())} instead of class indices: labels are '
                        'whole numbers; convert it')
    return values.astype(np.int64) if values.dtype.kind == 'f' or values.dtype.itemsize == 8 else values


def check_no_negative(label: np.ndarray, ignore_index: int | None, where: str) -> None:
    """Refuse negative values other than the ignored one in what a file stores.

    Raises:
        DataError: names the file and up to five of the values.
    """
    if label.dtype.kind == 'u' or label.min(initial=0) >= 0:
        return
    values = label[label < 0]
    values = np.unique(values if ignore_index is None else values[values != ignore_index]).tolist()
    if values:
        raise DataError(f'{where}: label {_some(values)}: negative, and {_describe_ignored(ignore_index)}: '
                        'set ignore_index, or convert the file')


def _some(values: Sequence) -> str:
    return ', '.join(map(str, values[:5])) + (', ...' if len(values) > 5 else '')


def _describe_ignored(ignore_index: int | None) -> str:
    return 'nothing is ignored' if ignore_index is None else f'{ignore_index} is ignored'


def foreign_labels(label: np.ndarray, num_classes: int, ignore_index: int | None) -> list[int]:
    """The values of a label map (integers of any shape) that are neither a class nor ``ignore_index``, ascending.

    With None as ``ignore_index`` no other value than a class will do.
    """
    as_unsigned = label.view(f'u{label.itemsize}')  # negative values become large ones: one comparison finds both
    outside = as_unsigned >= num_classes
    if ignore_index is not None:
        outside &= label != ignore_index
    return np.unique(label[outside]).tolist() if outside.any() else []


def describe_foreign_labels(values: Sequence[int], num_classes: int, ignore_index: int | None) -> str:
    """What to say of values that :func:`foreign_labels` found; up to five are named."""
    return (f'label {_some(values)} is outside of the {num_classes} classes (0 to {num_classes - 1}; '
            f'{_describe_ignored(ignore_index)})')


def check_labels(label: torch.Tensor | np.ndarray, num_classes: int, ignore_index: int | None, where: str) -> None:
    """Refuse a label map with values that are neither a class nor ``ignore_index``.

    Args:
        label: integers of any shape.
        num_classes: classes are 0 to ``num_classes - 1``.
        ignore_index: the value of pixels that do not count; None for no such value.
        where: the file, for the message.

    Raises:
        DataError: names the file, up to five of the values, and what usually mends it.
    """
    values = foreign_labels(np.asarray(label), num_classes, ignore_index)
    if not values:
        return
    mend = ('name two classes, the first one for 0' if values == [1] == [num_classes] else
            'labels that count from 1 need reduce_zero_label=True in the data set and in LoadAnnotations'
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
        orientation = read_orientation(image)
        if orientation in QUARTER_TURNS:
            return (f': the image is turned by its EXIF orientation {orientation} and the label is not: load it with '
                    "color_type='color_ignore_orientation', or turn the label too")
    return ''


def read_label_map(source: np.ndarray | torch.Tensor | str | Path) -> np.ndarray:
    """A label map as an array of integers, of a ``.npy`` file or an image (of palette files the indices), or given.

    Raises:
        DataError: there are fractions, nan, or colours in a file.
    """
    if not isinstance(source, (str, Path)):
        return _whole(np.asarray(source), 'a label map')
    stored = np.load(source) if str(source).endswith('.npy') else imread(source, flag=STORED, backend='pillow')
    return as_label(stored, str(source))


def remap_label(
    label: np.ndarray,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
    ignore_index: int | None = IGNORED,
) -> np.ndarray:
    """Rename the values of a label map; the caller's array stays as it is.

    Args:
        label: (H, W) integers.
        label_map: old value -> new value, all at once; a negative new value means ``ignore_index``.
        reduce_zero_label: then lower every value by one; 0 becomes ``ignore_index``, which stays.
        ignore_index: None for no such value.

    Returns:
        (H, W) in a number type that holds the new values.

    Raises:
        ConfigError: ``reduce_zero_label`` without an ignored value.
    """
    if not (label_map or reduce_zero_label):
        return label
    if label.dtype == np.uint8:  # each value once instead of each pixel
        table = _renamed(np.arange(256), label_map, reduce_zero_label, ignore_index)
        return cv2.LUT(label, table) if table.dtype == np.uint8 and label.ndim == 2 else table[label]
    low, high = int(label.min(initial=0)), int(label.max(initial=0))
    if high - low < _TABLE:
        table = _renamed(np.arange(low, high + 1), label_map, reduce_zero_label, ignore_index)
        return table[label.astype(np.int64) - low]
    values, places = np.unique(label, return_inverse=True)
    return _renamed(values.astype(np.int64), label_map, reduce_zero_label, ignore_index)[places].reshape(label.shape)


def _renamed(
    values: np.ndarray, label_map: Mapping[int, int] | None, reduce_zero_label: bool, ignore_index: int | None
) -> np.ndarray:
    """What becomes of values (K,), which ascend."""
    renamed, ignored = values.copy(), np.zeros(len(values), bool)
    if label_map:
        old, new = (np.array(list(part), np.int64) for part in (label_map, label_map.values()))
        places = np.searchsorted(values, old).clip(max=len(values) - 1)
        old, new, places = (part[values[places] == old] for part in (old, new, places))
        renamed[places], ignored[places] = new, new < 0
    if reduce_zero_label:
        check_ignore_index(ignore_index, reduce_zero_label)
        ignored |= (renamed == 0) | (renamed == ignore_index)
        renamed -= 1
    if ignore_index is not None:
        renamed[ignored] = ignore_index
    return renamed.astype(_smallest_type(int(renamed.min(initial=0)), int(renamed.max(initial=0))))
