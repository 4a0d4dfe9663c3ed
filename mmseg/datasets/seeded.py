"""Samples as a pure function of (seed, position), checked before they travel on."""

import contextlib
import functools
import os
import random
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import Dataset, get_worker_info

from mmcv.parallel import DataContainer
from mmseg.datasets.failures import SampleFailure
from mmseg.labels import check_labels
from mmseg.protocols import Samples
from mmseg.samples import class_names, ignored_label, sample_files

_MAX_SKIPS = 100  # in a row, before skipping is no way out any more


@contextlib.contextmanager
def seeded(seed: int, position: int) -> Iterator[None]:
    """Seed ``random``, ``numpy.random`` and torch's CPU generator from (seed, position); restore them afterwards."""
    saved = random.getstate(), np.random.get_state(), torch.default_generator.get_state()
    words = np.random.SeedSequence(seed, spawn_key=(position,)).generate_state(4)
    random.seed(words.tobytes())
    np.random.seed(words)
    torch.default_generator.manual_seed(int(words[0]) << 32 | int(words[1]))
    try:
        yield
    finally:
        random.setstate(saved[0])
        np.random.set_state(saved[1])
        torch.default_generator.set_state(saved[2])


class SeededDataset(Dataset):
    """What the workers see of a data set; errors come out as :class:`SampleFailure`.

    Args:
        dataset: its ``CLASSES`` and ``ignore_index``, or those of the data set inside, say which labels are valid.
        seed: of the samples' randomness.
        num_workers: of the loader.
        skip_failures: go on to the next sample, and count it, instead of returning a failure.
        views: how many random forms a sample has, which it takes in turn from epoch to epoch; None for a new one each
            time.

    Attributes:
        in_flight: (workers, 2) shared int64, a worker's process id and the index of the sample it is loading, or -1.
        skipped: (workers,) shared int64, how many samples were skipped.
    """

    def __init__(
        self, dataset: Samples, seed: int, num_workers: int = 0, skip_failures: bool = False,
        views: int | None = None,
    ) -> None:
        self.dataset = dataset
        self.seed = seed
        self.skip_failures = skip_failures
        self.views = views
        self.in_flight = torch.full((max(1, num_workers), 2), -1).share_memory_()
        self.skipped = torch.zeros(max(1, num_workers), dtype=torch.int64).share_memory_()

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, key: int | tuple[int, int]) -> object:
        """The sample of (position, index); of an index alone, which is then the position too."""
        position, index = key if isinstance(key, tuple) else (key, key)
        if self.views is not None:
            position = index * self.views + position // len(self) % self.views
        worker = get_worker_info()
        slot = worker.id if worker else 0
        sample = self._load(position, index, slot)
        if self.skip_failures:
            for step in range(1, _MAX_SKIPS):
                if not isinstance(sample, SampleFailure):
                    break
                warnings.warn(f'skipped {sample.message}', stacklevel=1)
                self.skipped[slot] += 1
                sample = self._load(position, (index + step) % len(self), slot)
        return sample

    def _load(self, position: int, index: int, slot: int) -> object:
        self.in_flight[slot] = torch.tensor([os.getpid(), index])
        try:
            with seeded(self.seed, position):
                sample = self.dataset[index]
            self._check(sample, index)
            return sample
        except Exception as error:  # whatever a user's transform raises must reach the main process in one line
            return SampleFailure.of(error, *sample_files(self.dataset, index).values())
        finally:
            self.in_flight[slot, 1] = -1

    def _check(self, sample: object, index: int) -> None:
        classes, ignore_index = self._valid_labels
        if classes and isinstance(sample, dict) and 'gt_semantic_seg' in sample:
            files, label = sample_files(self.dataset, index), sample['gt_semantic_seg']
            label = label.data if isinstance(label, DataContainer) else label
            check_labels(label, classes, ignore_index, files.get('label', files['img']))

    @functools.cached_property
    def _valid_labels(self) -> tuple[int, int]:
        """How many classes there are, 0 if that is not known, and the ignored label."""
        return len(class_names(self.dataset) or ()), ignored_label(self.dataset)
