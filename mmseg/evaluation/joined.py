"""Evaluation of data sets in a row, each on its own."""

import logging
from collections.abc import Sequence
from typing import Any

from mmcv.utils import print_log
from mmseg.protocols import EvaluatorLike, JoinedDataset, KeepsImages

from .image_pairs import CountsImages, ImagePairs


class JoinedEvaluator:
    """One evaluator per data set of a row.

    Args:
        dataset: the row; each part has ``new_evaluator``.
        metric, bootstrap: as for :class:`.evaluator.Evaluator`.
    """

    def __init__(self, dataset: JoinedDataset, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> None:
        self.dataset = dataset
        self.evaluators: list[EvaluatorLike] = [part.new_evaluator(metric, bootstrap) for part in dataset.datasets]

    def add(self, results: list, indices: list[int]) -> None:
        """As :meth:`.evaluator.Evaluator.add`."""
        for result, index in zip(results, indices):
            number, sample = self.dataset.get_dataset_idx_and_sample_idx(index)
            self.evaluators[number].add([result], [sample])

    def reduce(self) -> None:
        """As :meth:`.evaluator.Evaluator.reduce`."""
        for evaluator in self.evaluators:
            evaluator.reduce()

    def keep_images(self) -> None:
        """As :meth:`.evaluator.Evaluator.keep_images`."""
        for evaluator in self.evaluators:
            if isinstance(evaluator, CountsImages):
                evaluator.keep_images()

    @property
    def per_image(self) -> ImagePairs | None:
        """What was counted of each image, by its index in the row; None unless all parts of it count one way."""
        parts = [one.per_image if isinstance(one, CountsImages) else None for one in self.evaluators]
        if None in parts or len({part.num_classes for part in parts}) != 1:
            return None
        row = ImagePairs(parts[0].num_classes)
        for part, data, end in zip(parts, self.dataset.datasets, self.dataset.cumulative_sizes):
            row.merge([part], first=end - len(data))
        return row


def evaluate_each(
    dataset: JoinedDataset, results: JoinedEvaluator | Sequence, metric: str | Sequence[str],
    logger: logging.Logger | str | None, **options: Any,
) -> dict[str, float]:
    """The metrics of each data set, named ``0_mIoU``, ``1_mIoU``, ...

    Args:
        dataset: the data sets in a row.
        results: one per sample, or the evaluators.
        metric, logger, **options: of the data sets' ``evaluate``.
    """
    metrics = {}
    for i, (part, end) in enumerate(zip(dataset.datasets, dataset.cumulative_sizes)):
        place = part.img_dir if isinstance(part, KeepsImages) else f'data set {i}'
        print_log(f'Evaluating {place}, {len(part)} images', logger)
        own = results.evaluators[i] if isinstance(results, JoinedEvaluator) else results[end - len(part):end]
        metrics |= {f'{i}_{name}': value
                    for name, value in part.evaluate(own, metric, logger=logger, **options).items()}
    return metrics
