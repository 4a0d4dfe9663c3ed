"""Samples of a training set as they look before they become tensors."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from mmcv.config import Config
from mmcv.utils.origins import dicts_with
from mmseg.datasets import build_dataset
from mmseg.datasets.seeded import seeded
from mmseg.evaluation.picture import as_picture
from mmseg.protocols import Samples
from mmseg.samples import locate, sample_files

from .defaults import SKIPPED


@dataclass
class Shown:
    """A sample to look at.

    Attributes:
        index: its number in the data set.
        file: of its image.
        img: (H, W, 3) uint8 BGR.
        label: (H, W) integers.
    """

    index: int
    file: str
    img: np.ndarray
    label: np.ndarray


def training_set(cfg: Config, skip: Collection[str] = SKIPPED, origin: bool = False) -> Samples:
    """``data.train`` without the transforms of these types, or with those alone that load something.

    Args:
        cfg: is not changed.
        skip: names of types.
        origin: keep only what loads images and labels.
    """
    train = cfg.copy().data.train
    for part in dicts_with(train, 'pipeline'):
        part['pipeline'] = [
            transform for transform in part['pipeline'] if _stays(str(transform.get('type')), skip, origin)]
    return build_dataset(train)


def _stays(kind: str, skip: Collection[str], origin: bool) -> bool:
    return 'Load' in kind if origin else kind not in skip


def as_trained(dataset: Samples, count: int | None = None, times: int = 1, seed: int = 0) -> Iterator[list[Shown]]:
    """Each image as often as asked for, augmented anew each time; a data set that repeats images is gone through once.

    Args:
        dataset: from :func:`training_set`.
        count: how many images; None for all.
        times: how often each of them is taken.
        seed: of the augmentation.
    """
    first = _source(dataset, 0) if len(dataset) else None
    for index in range(len(dataset) if count is None else min(count, len(dataset))):
        if index and _source(dataset, index) == first:
            return
        taken = []
        for turn in range(times):
            with seeded(seed, index * times + turn):
                sample = dataset[index]
            if sample is not None:
                taken.append(_shown(sample, index, sample_files(dataset, index)['img']))
        if taken:
            yield taken


def _source(dataset: Samples, index: int) -> tuple[int, int]:
    """The innermost data set that a sample comes from, and its number there."""
    while found := locate(dataset, index):
        dataset, index = found
    return id(dataset), index


def _shown(sample: Mapping, index: int, file: str) -> Shown:
    return Shown(index, file, as_picture(_array(sample['img'])), _array(sample['gt_semantic_seg']))


def _array(value: np.ndarray | torch.Tensor) -> np.ndarray:
    """(H, W) or (H, W, C); tensors (1, H, W) or (C, H, W) become so."""
    if not isinstance(value, torch.Tensor):
        return np.asarray(value)
    values = value.numpy()
    return values[0] if values.ndim == 3 and len(values) == 1 else np.moveaxis(values, 0, -1)
