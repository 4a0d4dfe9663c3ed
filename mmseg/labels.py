"""What a label is: which values count as classes, which one is ignored, and what is refused."""

from collections.abc import Sequence

import numpy as np
import torch


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
