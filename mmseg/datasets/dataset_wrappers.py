"""Data sets made of data sets."""

import bisect
import copy
import logging
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import ConcatDataset as TorchConcatDataset
from torch.utils.data import Dataset

from mmcv.utils import ConfigError, build_from_cfg
from mmseg.checks import Facts, Problem, check_part
from mmseg.evaluation.evaluator import Evaluator
from mmseg.evaluation.joined import JoinedEvaluator, evaluate_each
from mmseg.evaluation.results import format_function
from mmseg.protocols import MixesSamples, Samples
from mmseg.samples import class_names, describe_labels, eval_label, ignored_label, palette, sample_files

from .builder import DATASETS, PIPELINES
from .classes import check_joined


@DATASETS.register_module()
class ConcatDataset(TorchConcatDataset):
    """One data set after another.

    Args:
        datasets: of the same classes in the same order.
        separate_eval: evaluate each on its own (metrics ``0_mIoU``, ``1_mIoU``, ...), or all of them as one.

    Raises:
        ConfigError: data sets of different classes.
    """

    def __init__(self, datasets: Sequence, separate_eval: bool = True) -> None:
        check_joined(datasets)
        super().__init__(datasets)
        self.separate_eval = separate_eval
        self.CLASSES = class_names(datasets[0])
        self.PALETTE = palette(datasets[0])
        self.ignore_index = ignored_label(datasets[0])

    def check(self, facts: Facts) -> list[Problem]:
        """What the data sets find."""
        return check_part(self.datasets, facts, 'datasets')

    def get_dataset_idx_and_sample_idx(self, indice: int) -> tuple[int, int]:
        """Which data set a sample is in, and where there; negative ones count from the end.

        Raises:
            ValueError: there is no such sample.
        """
        if not -len(self) <= indice < len(self):
            raise ValueError(f'there is no sample {indice} among {len(self)}')
        indice %= len(self)
        dataset_idx = bisect.bisect_right(self.cumulative_sizes, indice)
        return dataset_idx, indice - (self.cumulative_sizes[dataset_idx - 1] if dataset_idx else 0)

    def locate(self, idx: int) -> tuple[Samples, int]:
        """The data set that a sample is in, and which one it is there."""
        dataset_idx, sample_idx = self.get_dataset_idx_and_sample_idx(idx)
        return self.datasets[dataset_idx], sample_idx

    def sample_files(self, idx: int) -> dict[str, str]:
        """Paths of a sample's files, see :meth:`CustomDataset.sample_files`."""
        return sample_files(*self.locate(idx))

    def eval_label(self, index: int) -> np.ndarray:
        """The label map of a sample in class indices, (H, W)."""
        return eval_label(*self.locate(index))

    def describe_labels(self) -> str:
        """One line per data set, see :meth:`CustomDataset.describe_labels`."""
        return describe_labels(*self.datasets)

    def pre_eval(self, preds: list | np.ndarray | str, indices: int | list[int]) -> list:
        """As :meth:`CustomDataset.pre_eval`."""
        preds = preds if isinstance(preds, list) else [preds]
        indices = indices if isinstance(indices, list) else [indices]
        found = [self.locate(index) for index in indices]
        return list(chain.from_iterable(
            dataset.pre_eval(pred, sample) for pred, (dataset, sample) in zip(preds, found)))

    def format_results(
        self, results: list, imgfile_prefix: str, indices: list[int] | None = None, **kwargs: Any
    ) -> list[str]:
        """As of the data sets, into the folders ``imgfile_prefix/0``, ``imgfile_prefix/1``, ..."""
        paths = []
        for result, index in zip(results, range(len(self)) if indices is None else indices):
            number, sample = self.get_dataset_idx_and_sample_idx(index)
            folder = str(Path(imgfile_prefix, str(number)))
            write = format_function(self.datasets[number])
            paths += write([result], folder, indices=[sample], **kwargs)
        return paths

    def new_evaluator(self, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> JoinedEvaluator | Evaluator:
        """As :meth:`CustomDataset.new_evaluator`."""
        return (JoinedEvaluator if self.separate_eval else Evaluator)(self, metric, bootstrap)

    def evaluate(
        self,
        results: JoinedEvaluator | Evaluator | Sequence,
        metric: str | Sequence[str] = 'mIoU',
        logger: logging.Logger | str | None = None,
        **kwargs: Any,
    ) -> dict[str, float]:
        """As :meth:`CustomDataset.evaluate`, for each data set or for all together.

        Raises:
            ValueError: another number of results than of samples.
            NotImplementedError: data sets of different types that are not evaluated separately.
        """
        if not isinstance(results, (JoinedEvaluator, Evaluator)) and len(results) != len(self):
            raise ValueError(f'{len(results)} results for {len(self)} samples')
        if self.separate_eval:
            return evaluate_each(self, results, metric, logger, **kwargs)
        if len({type(dataset) for dataset in self.datasets}) > 1:
            raise NotImplementedError('data sets of different types can only be evaluated with separate_eval=True')
        if not isinstance(results, Evaluator) and not isinstance(results[0], tuple):
            kwargs['gt_seg_maps'] = chain.from_iterable(dataset.get_gt_seg_maps() for dataset in self.datasets)
        return self.datasets[0].evaluate(results, metric, logger=logger, **kwargs)


class _Wrapper(Dataset):
    """What a wrapper shares with the data set inside."""

    def __init__(self, dataset: Samples) -> None:
        self.dataset = dataset
        self.CLASSES = class_names(dataset)
        self.PALETTE = palette(dataset)
        self.ignore_index = ignored_label(dataset)

    def check(self, facts: Facts) -> list[Problem]:
        """What the data set inside finds."""
        return check_part(self.dataset, facts, 'dataset')

    def locate(self, idx: int) -> tuple[Samples, int]:
        """The data set inside, and which of its samples this one is."""
        return self.dataset, idx % len(self.dataset)

    def sample_files(self, idx: int) -> dict[str, str]:
        """Paths of a sample's files, see :meth:`CustomDataset.sample_files`."""
        return sample_files(*self.locate(idx))

    def describe_labels(self) -> str:
        """As :meth:`CustomDataset.describe_labels`."""
        return describe_labels(self.dataset)


@DATASETS.register_module()
class RepeatDataset(_Wrapper):
    """A data set ``times`` times in a row: makes the epochs of a small one longer."""

    def __init__(self, dataset: Samples, times: int) -> None:
        super().__init__(dataset)
        self.times = times

    def __getitem__(self, idx: int) -> object:
        return self.dataset[idx % len(self.dataset)]

    def __len__(self) -> int:
        return self.times * len(self.dataset)


@DATASETS.register_module()
class MultiImageMixDataset(_Wrapper):
    """Transforms over several samples at once, such as RandomMosaic.

    A transform with ``get_indexes(dataset)`` finds the samples of these indices in ``results['mix_results']``.

    Args:
        dataset: gives the samples.
        pipeline: configs of transforms.
        skip_type_keys: types of transforms to leave out.
    """

    def __init__(
        self, dataset: Samples, pipeline: Sequence[Mapping], skip_type_keys: Sequence[str] | None = None
    ) -> None:
        super().__init__(dataset)
        for transform in pipeline:
            if not isinstance(transform, Mapping):
                raise TypeError(f'pipeline: a config is needed, not {type(transform).__name__}')
        self.pipeline = [build_from_cfg(transform, PIPELINES) for transform in pipeline]
        self.pipeline_types = [transform['type'] for transform in pipeline]
        self.update_skip_type_keys(skip_type_keys or ())

    def update_skip_type_keys(self, skip_type_keys: Sequence[str]) -> None:
        """Set the types of transforms to leave out; hooks call this during training."""
        if isinstance(skip_type_keys, str) or not all(isinstance(key, str) for key in skip_type_keys):
            raise ConfigError(f'skip_type_keys: a list of names is needed, not {skip_type_keys!r}')
        self._skip_type_keys = tuple(skip_type_keys)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, idx: int) -> object:
        results = copy.deepcopy(self.dataset[idx])
        for transform, name in zip(self.pipeline, self.pipeline_types):
            if name in self._skip_type_keys:
                continue
            if isinstance(transform, MixesSamples):
                indexes = transform.get_indexes(self.dataset)
                indexes = indexes if isinstance(indexes, Sequence) else [indexes]
                results['mix_results'] = [copy.deepcopy(self.dataset[i]) for i in indexes]
            results = transform(results)
            results.pop('mix_results', None)
        return results
