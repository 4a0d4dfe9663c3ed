"""Samples to a batch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import default_collate

from .data_container import DataContainer, stack_padded
from .image_metas import ImageMeta, ImageMetas

_IMAGE = 'img'
_METAS = 'img_metas'


def collate(batch: Sequence, samples_per_gpu: int = 1, ignore_index: int | None = 255) -> Any:
    """Put samples together.

    Args:
        batch: samples, dicts of one set of keys. Under each key

            - arrays and tensors are stacked; where their last two dimensions differ, smaller ones are padded at the
              bottom and right, images (floating point, or called ``img``) with 0 and label maps (integers) with
              ``ignore_index``; integers of several types, or that have no place for it, become int64;
            - lists, and tuples with a tensor in them, hold one entry per augmentation, and give a list of batches;
            - dicts are put together like samples, but those called ``img_metas`` give a list;
            - numbers become a tensor, and anything else a list;
            - each :class:`DataContainer` says itself how.

            Samples that are no dicts, and hold no containers, are left to :func:`torch.utils.data.default_collate`.
        samples_per_gpu: how many samples an entry of a container's ``data`` is made of; nothing else is split by it.
        ignore_index: of the data set; with None label maps have to be of one size.

    Raises:
        ValueError: samples differ in their keys, arrays in the number of dimensions or channels, or label maps in their
            size although nothing is ignored.
    """
    first = batch[0]
    if isinstance(first, DataContainer):
        return DataContainer.together(batch, samples_per_gpu)
    if isinstance(first, (list, tuple)) and any(isinstance(part, DataContainer) for part in first):
        return [collate(parts, samples_per_gpu, ignore_index) for parts in zip(*batch)]
    if not isinstance(first, Mapping):
        return default_collate(batch)
    keys = list(first)
    for sample in batch:
        if set(sample) != set(keys):
            raise ValueError(f'the samples of a batch differ in their keys: {keys} and {list(sample)}')
    fields = {key: [sample[key] for sample in batch] for key in keys}
    return {key: _collate_field(key, values, samples_per_gpu, ignore_index) for key, values in fields.items()}


def _collate_field(
    key: str, values: list, samples_per_gpu: int, ignored: int | None,
) -> torch.Tensor | list | dict | DataContainer:
    first = values[0]
    if isinstance(first, DataContainer):
        return DataContainer.together(values, samples_per_gpu)
    if isinstance(first, Mapping) and (
            key != _METAS or any(isinstance(value, DataContainer) for value in first.values())):
        return collate(values, samples_per_gpu, ignored)
    if isinstance(first, (np.ndarray, torch.Tensor)):
        return _stack(key, [torch.as_tensor(value) for value in values], ignored)
    if isinstance(first, list) or (isinstance(first, tuple) and any(isinstance(part, torch.Tensor) for part in first)):
        if len({len(value) for value in values}) > 1:
            raise ValueError(f'the samples of a batch differ in the number of augmentations of {key!r}')
        return [_collate_field(key, list(views), samples_per_gpu, ignored) for views in zip(*values)]
    if isinstance(first, (bool, int, float)):
        return torch.tensor(values)
    return ImageMetas(values) if isinstance(first, ImageMeta) else values


def _stack(key: str, tensors: list[torch.Tensor], ignored: int | None) -> torch.Tensor:
    if len({tensor.dtype for tensor in tensors}) > 1 and not any(tensor.is_floating_point() for tensor in tensors):
        tensors = [tensor.long() for tensor in tensors]
    shapes = {tuple(tensor.shape) for tensor in tensors}
    if len(shapes) == 1:
        return torch.stack(tensors)
    if len({shape[:-2] for shape in shapes}) > 1 or min(map(len, shapes)) < 2:
        raise ValueError(f'{key!r} of shapes {sorted(shapes)} cannot form a batch: only height and width may differ')
    fill = 0
    if key != _IMAGE and not tensors[0].is_floating_point():
        if ignored is None:
            raise ValueError(f'{key!r} of shapes {sorted(shapes)} cannot be padded to one size, as nothing is ignored: '
                             'let a Pad with seg_pad_val make them one size')
        fill, kind = ignored, torch.iinfo(tensors[0].dtype)
        tensors = tensors if kind.min <= fill <= kind.max else [tensor.long() for tensor in tensors]
    return stack_padded(tensors, 2, fill)
