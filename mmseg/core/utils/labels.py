"""Labels that are no class."""
from collections.abc import Sequence

import numpy as np


def foreign_labels(label: np.ndarray, num_classes: int, ignore_index: int) -> list[int]:
    """The values of a label map (integers of any shape) that are neither a class nor ``ignore_index``, ascending."""
    as_unsigned = label.view(f'u{label.itemsize}')  # negative values become large ones: one comparison finds both
    outside = (as_unsigned >= num_classes) & (label != ignore_index)
    return np.unique(label[outside]).tolist() if outside.any() else []


def describe_foreign_labels(values: Sequence[int], num_classes: int, ignore_index: int) -> str:
    """What to say of values that :func:`foreign_labels` found; up to five are named."""
    shown = ', '.join(map(str, values[:5])) + (', ...' if len(values) > 5 else '')
    return f'label {shown} is outside of the {num_classes} classes (0 to {num_classes - 1}; {ignore_index} is ignored)'
