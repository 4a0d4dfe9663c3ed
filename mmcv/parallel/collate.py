"""Samples to a batch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import pad
from torch.utils.data import default_collate

#: What fills the part of a label map that padding added.
IGNORED = 255


def collate(batch: Sequence, samples_per_gpu: int = 1) -> Any:
    """Put samples together.

    Args:
        batch: samples, dicts of one set of keys. Under each key

            - arrays and tensors are stacked; where their last two dimensions differ, smaller ones are padded at the
              bottom and right, images (floating point) with 0 and label maps (integers) with 255;
            - lists hold one entry per augmentation, and give a list of batches;
            - numbers become a tensor, and anything else, such as the dict ``img_metas``, a list.

            Samples that are no dicts are left to :func:`torch.utils.data.default_collate`.
        samples_per_gpu: without effect; 0.x split a batch by it.

    Raises:
        ValueError: samples differ in their keys, or arrays in the number of dimensions or channels.
    """
    if not isinstance(batch[0], Mapping):
        return default_collate(batch)
    keys = list(batch[0])
    for sample in batch:
        if set(sample) != set(keys):
            raise ValueError(f'the samples of a batch differ in their keys: {keys} and {list(sample)}')
    return {key: _collate_field(key, [sample[key] for sample in batch]) for key in keys}


def _collate_field(key: str, values: list) -> torch.Tensor | list:
    first = values[0]
    if isinstance(first, (np.ndarray, torch.Tensor)):
        return _stack(key, [torch.as_tensor(value) for value in values])
    if isinstance(first, list):
        if len({len(value) for value in values}) > 1:
            raise ValueError(f'the samples of a batch differ in the number of augmentations of {key!r}')
        return [_collate_field(key, list(views)) for views in zip(*values)]
    if isinstance(first, (bool, int, float)):
        return torch.tensor(values)
    return values


def _stack(key: str, tensors: list[torch.Tensor]) -> torch.Tensor:
    shapes = {tuple(tensor.shape) for tensor in tensors}
    if len(shapes) == 1:
        return torch.stack(tensors)
    if len({shape[:-2] for shape in shapes}) > 1 or min(map(len, shapes)) < 2:
        raise ValueError(f'{key!r} of shapes {sorted(shapes)} cannot form a batch: only height and width may differ')
    height, width = (max(shape[axis] for shape in shapes) for axis in (-2, -1))
    fill = 0 if tensors[0].is_floating_point() else IGNORED
    return torch.stack([pad(t, (0, width - t.shape[-1], 0, height - t.shape[-2]), value=fill) for t in tensors])
