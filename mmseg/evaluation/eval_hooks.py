"""Evaluation in the course of training by our own metrics; what is common to all data sets is in mmcv."""

import math
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mmcv import engine
from mmcv.runner.hooks.runner import Runner
from mmcv.utils import ConfigError, did_you_mean
from mmseg.checks import Facts, Problem
from mmseg.protocols import EvaluatorLike, Loader
from mmseg.samples import class_names

from .evaluator import ALL_METRICS
from .loop import evaluate
from .result_names import result_names
from .results import check_evaluation, has_evaluator
from .validation_loss import validation_losses

_AUTO = 'auto'


class EvalHook(engine.EvalHook):
    """Evaluates the validation set every ``interval`` iterations or epochs, and keeps the best checkpoint.

    Every image is counted once over all ranks, into one confusion matrix; a data set with a ``pre_eval`` or
    ``evaluate`` of its own is evaluated through these. A mean of fewer than two classes is never the best.

    Args:
        dataloader: of the validation set.
        *args, **kwargs: as for :class:`mmcv.engine.EvalHook`; what it does not know are arguments of
            ``dataset.evaluate``, such as ``metric='mIoU'``.
        by_epoch: whether ``interval`` counts epochs.
        efficient_test: without effect.
        pre_eval: count image by image; False keeps all label maps until the end, as ``dataset.evaluate`` may need.
        loss: also the losses of the validation set, as metrics named as in training; it takes a second pass over it.

    Attributes:
        latest_results: what the last evaluation counted.
        onlookers: called with the runner after each evaluation, on every rank, while the evaluated weights are still in
            the model (a moving average, perhaps).

    Raises:
        ValueError: an interval or rule that does not exist, or a metric of which it is not known what is better.
    """

    greater_keys = ('mIoU', 'mAcc', 'aAcc', 'mDice', 'mFscore', 'IoU', 'Acc', 'Dice', 'acc', 'precision', 'recall')

    def __init__(
        self, dataloader: Loader, *args: Any, by_epoch: bool = False, efficient_test: bool = False,
        pre_eval: bool = True, loss: bool = False, **kwargs: Any,
    ) -> None:
        super().__init__(dataloader, *args, by_epoch=by_epoch, **kwargs)
        if efficient_test:
            warnings.warn('evaluation.efficient_test is deprecated and without effect', stacklevel=2)
        check_evaluation(dataloader.dataset, self.eval_kwargs, 'evaluation.')
        self.pre_eval = pre_eval
        if not isinstance(loss, bool):
            raise ConfigError(f'evaluation.loss is {loss!r}: use True or False')
        self.loss = loss
        self.latest_results: EvaluatorLike | list | None = None
        self.onlookers: list[Callable[[Runner], None]] = []

    def check(self, facts: Facts) -> list[Problem]:
        """A metric that there is not, and a best checkpoint by one that the evaluation will not give."""
        wrong = [metric for metric in _as_list(self.eval_kwargs.get('metric', [])) if metric not in ALL_METRICS]
        if not has_evaluator(self.dataloader.dataset):
            return []  # a data set of a user's knows metrics of its own
        if wrong:
            hint = did_you_mean(wrong[0], ALL_METRICS) or f' (there are {", ".join(ALL_METRICS)})'
            return [Problem('metric', f'is {wrong[0]!r}, which does not exist', f'use what there is{hint}')]
        names = result_names(self.dataloader.dataset, **self.eval_kwargs)
        if self.save_best in (None, _AUTO) or names is None or self.save_best in (*names, *['loss'] * self.loss):
            return []
        shown = ', '.join(names[:8]) + (', ...' if len(names) > 8 else '')
        mend = f'use one of these{did_you_mean(self.save_best, names)}, or add it to evaluation.metric'
        if f'0_{self.save_best}' in names:
            mend = f'several data sets are evaluated, and one has to decide: use 0_{self.save_best} for the first'
        return [Problem('save_best', f'is {self.save_best!r}, but the evaluation will give {shown}', mend)]

    def test(self, runner: Runner) -> EvaluatorLike | list | None:
        if self.test_fn is not None or not self.pre_eval:
            self.latest_results = super().test(runner)
        else:
            self.latest_results = evaluate(
                runner.model, self.dataloader, sys.stderr.isatty(), bool(self.onlookers), **self.eval_kwargs)
        if self.loss:
            self.further_metrics = validation_losses(runner.model, self.dataloader)
        for look in self.onlookers:
            look(runner)
        return self.latest_results

    def _save_ckpt(self, runner: Runner, key_score: float) -> None:
        over = None if self._within else self._classes_behind(self.key_indicator, runner.metrics)
        if over is not None and over < 2:
            runner.logger.warning(f'{self.key_indicator} is a mean of {over} class{"es" * (over != 1)}: it does not '
                                  'make a best checkpoint (the labels of the validation set lack, or are all of one '
                                  'class)')
            return
        super()._save_ckpt(runner, key_score)

    def _classes_behind(self, key: str, metrics: Mapping[str, float]) -> int | None:
        """How many classes a mean goes over, by the metric's values per class; None if it is none of theirs."""
        mean = re.fullmatch(r'(\d+_)?m(.+)', key)
        prefix = f'{mean[1] or ""}{mean[2]}.' if mean else None
        values = [value for name, value in metrics.items() if prefix and name.startswith(prefix)]
        if not values:
            return None
        names = class_names(self.dataloader.dataset) or ()
        return max(len(values), len(names)) - sum(isinstance(value, float) and math.isnan(value) for value in values)


def _as_list(value: str | Sequence) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]


class DistEvalHook(engine.DistEvalHook, EvalHook):
    """:class:`EvalHook` that first gives every rank the batch norm statistics of rank 0.

    Arguments as of :class:`EvalHook` and :class:`mmcv.engine.DistEvalHook`.
    """
