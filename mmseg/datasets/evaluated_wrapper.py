"""Evaluation of wrappers that have none of their own, by the labels of what is inside."""

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from mmcv.parallel import DataContainer
from mmcv.utils import ConfigError
from mmcv.utils.methods import passes_over_unknown
from mmseg.evaluation.adapters import evaluate_results, pre_evaluate
from mmseg.evaluation.areas import Areas
from mmseg.evaluation.counting import ConfusionMatrix
from mmseg.evaluation.evaluator import Evaluator
from mmseg.evaluation.label_maps import write_class_indices
from mmseg.labels import DataError
from mmseg.protocols import (
    EvaluatedDataset,
    FormatsResults,
    GivesLabels,
    LabelledDataset,
    LocatesSamples,
    Samples,
    require,
)
from mmseg.samples import (
    class_names,
    eval_label,
    holder_of,
    ignored_label,
    inner_datasets,
    locate,
    offering,
    palette,
    sample_files,
)

from .dataset_wrappers import ConcatDataset, MultiImageMixDataset


def as_evaluated(dataset: Samples) -> Samples:
    """The data set, or around one with labels, or a wrapper of such, that cannot be evaluated, one that can.

    Raises:
        ConfigError: a wrapper of labelled data sets of which it is not known which label belongs to which sample.
    """
    if isinstance(dataset, ConcatDataset):
        dataset.datasets = list(map(as_evaluated, dataset.datasets))
    if isinstance(dataset, EvaluatedDataset) or not any(offering(dataset, LabelledDataset)):
        return dataset
    if _mixes(dataset):
        raise ConfigError(f'{type(dataset).__name__} shows mixtures of several images, whose labels no file has: '
                          'evaluate the data set inside')
    return EvaluatedWrapper(dataset)


def _mixes(dataset: Samples) -> bool:
    return isinstance(dataset, MultiImageMixDataset) or any(map(_mixes, inner_datasets(dataset)))


class EvaluatedWrapper(Dataset):
    """Samples of a data set with the labels that it gives, or of a wrapper with those of the data sets inside of it.

    Where the wrapper does not say which sample of which data set it shows (``locate``), the obvious one is taken,
    and each sample is held against the file that it comes from.

    Args:
        dataset: gives labels (``eval_label``), or holds data sets that do.

    Raises:
        ConfigTypeError: the wrapper does not tell which label belongs to a sample, and none is obvious.
    """

    def __init__(self, dataset: Samples) -> None:
        inner = inner_datasets(dataset)
        self._only = inner[0] if len(inner) == 1 and len(dataset) <= len(inner[0]) else None
        if self._only is None and locate(dataset, 0) is None and not isinstance(dataset, GivesLabels):
            require(dataset, LocatesSamples, 'evaluation')
        self.dataset = dataset
        self.CLASSES = class_names(dataset)
        self.PALETTE = palette(dataset)
        self.ignore_index = ignored_label(dataset)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, idx: int) -> object:
        sample = self.dataset[idx]
        if isinstance(self.dataset, (GivesLabels, LocatesSamples)):
            return sample
        shown, labelled = _file_of(sample), self.sample_files(idx)['img']
        if not _is_one_file(shown, labelled):
            raise DataError(f'{shown}: {type(self.dataset).__name__} shows it as sample {idx}, but its label would be '
                            f'that of {labelled}: give the class a method locate(idx) -> (data set, index in it)')
        return sample

    def locate(self, idx: int) -> tuple[Samples, int]:
        """The data set that has the label of a sample, and which one it is there."""
        if isinstance(self.dataset, GivesLabels):
            return self.dataset, idx
        return locate(self.dataset, idx) or (self._only, idx)

    def sample_files(self, idx: int) -> dict[str, str]:
        """Paths of a sample's files, see :meth:`CustomDataset.sample_files`."""
        return sample_files(*self.locate(idx))

    def eval_label(self, index: int) -> np.ndarray:
        """The label map of a sample in class indices, (H, W)."""
        return eval_label(*self.locate(index))

    def pre_eval(self, preds: list | np.ndarray | str, indices: int | list[int]) -> list[Areas]:
        """As :meth:`CustomDataset.pre_eval`."""
        return pre_evaluate(self, preds, indices)

    def new_evaluator(self, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> Evaluator:
        """As :meth:`CustomDataset.new_evaluator`."""
        return Evaluator(self, metric, bootstrap)

    @passes_over_unknown
    def evaluate(
        self,
        results: Evaluator | ConfusionMatrix | Sequence,
        metric: str | Sequence[str] = 'mIoU',
        logger: logging.Logger | str | None = None,
        bootstrap: int = 0,
    ) -> dict[str, float]:
        """As :meth:`CustomDataset.evaluate`."""
        return evaluate_results(self, results, map(self.eval_label, range(len(self))), metric, logger, bootstrap)

    def format_results(
        self, results: list, imgfile_prefix: str, indices: list[int] | None = None, **kwargs: Any
    ) -> list[str]:
        """As of the data sets inside, which write each label map under the name of its image."""
        if not any(offering(self.dataset, FormatsResults)):
            return write_class_indices(self, results, imgfile_prefix, indices)
        paths = []
        for result, index in zip(results, range(len(self)) if indices is None else indices):
            dataset, sample = holder_of(*self.locate(index), FormatsResults)
            paths += dataset.format_results([result], imgfile_prefix, indices=[sample], **kwargs)
        return paths


def _file_of(sample: object) -> str:
    """The file that a sample says its image to come from, or '?'; one version of it where it has several."""
    metas = sample.get('img_metas') if isinstance(sample, Mapping) else None
    metas = metas.data if isinstance(metas, DataContainer) else metas
    metas = metas[0] if isinstance(metas, list) and metas else metas
    return str(metas.get('filename', '?')) if isinstance(metas, Mapping) else '?'


def _is_one_file(path: str, other: str) -> bool:
    return path == other or os.path.realpath(path) == os.path.realpath(other)
