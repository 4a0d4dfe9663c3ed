"""What the parts of mmseg ask of each other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np


def sample_files(dataset: Any, index: int) -> dict[str, str]:
    """The files of a sample, ``img`` and, if it has one, ``label``; of a data set without files, its number."""
    find = getattr(dataset, 'sample_files', None)
    return find(index) if find else {'img': f'sample {index}'}


# --- evaluation


@runtime_checkable
class LabelledDataset(Protocol):
    """What predictions can be counted against.

    Attributes:
        CLASSES: the names of the classes.
        ignore_index: the label value of pixels that do not count.
    """

    CLASSES: Sequence[str]
    ignore_index: int

    def __len__(self) -> int: ...

    def eval_label(self, index: int) -> np.ndarray:
        """The label map of a sample in class indices, (H, W)."""


@runtime_checkable
class EvaluatorLike(Protocol):
    """Takes the predictions of a data set while they come in."""

    def add(self, results: Iterable, indices: Iterable[int]) -> None:
        """Count label maps, each (H, W), against the labels of these samples."""

    def reduce(self) -> None:
        """Sum over all ranks; every rank has to call it, once."""


@runtime_checkable
class Counts(Protocol):
    """What was counted, to be asked for metrics."""

    def metrics(self, metric: str | Sequence[str] = 'mIoU') -> dict[str, np.ndarray]:
        """``aAcc`` and the values per class, in 0 ... 1."""

    def interval(self, resamples: int) -> tuple[float, float]:
        """The 95 % bootstrap interval of mIoU over the images, in 0 ... 1."""


@runtime_checkable
class EvaluatedDataset(Protocol):
    """Turns results into metrics, the 0.x way: what ``pre_eval`` returns, or the predictions themselves."""

    def evaluate(self, results: Sequence, **options) -> Mapping[str, float]:
        """The metrics by name."""


@runtime_checkable
class CountingDataset(EvaluatedDataset, Protocol):
    """Also evaluates what its own evaluator has counted."""

    def new_evaluator(self, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> EvaluatorLike:
        """An empty evaluator; ``evaluate`` takes it when it is full."""


@runtime_checkable
class JoinedDataset(Protocol):
    """Data sets one after another.

    Attributes:
        datasets: the parts.
        cumulative_sizes: where each of them ends.
    """

    datasets: Sequence[EvaluatedDataset]
    cumulative_sizes: Sequence[int]

    def get_dataset_idx_and_sample_idx(self, indice: int) -> tuple[int, int]:
        """Which data set a sample is in, and where there."""
