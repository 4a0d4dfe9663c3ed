"""Evaluation in the course of training, and the best checkpoint."""

import contextlib
import math
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmcv import dist
from mmcv.checkpoint import kept_rng_state
from mmcv.engine import multi_gpu_test
from mmcv.runner import Hook
from mmcv.runner.hooks.runner import Runner
from mmcv.utils import did_you_mean
from mmseg.checks import Facts, Problem
from mmseg.protocols import EvaluatorLike, Loader
from mmseg.samples import class_names

from .evaluator import ALL_METRICS
from .loop import evaluate
from .result_names import result_names
from .results import check_evaluation, has_evaluator

_AUTO = 'auto'
_NUMBERS = (np.generic, np.ndarray, torch.Tensor)


class EvalHook(Hook):
    """Evaluates the validation set every ``interval`` iterations or epochs, and keeps the best checkpoint.

    Every image is counted once over all ranks, into one confusion matrix; a data set with a ``pre_eval`` or
    ``evaluate`` of its own is evaluated through these. Between ``before_evaluation`` and ``after_evaluation`` other
    hooks may change the model (a moving average); random numbers drawn in between do not change the training. A run
    that resumes where an evaluation was due, and was not finished, begins with it.

    Args:
        dataloader: of the validation set.
        start: the first iteration (epoch) to evaluate after; also before the first one of a run that is past it.
        interval: iterations (epochs) between evaluations.
        by_epoch: whether these count epochs.
        save_best: the metric of the best checkpoint, ``best_mIoU_iter_N.pth``; 'auto' takes the first, None keeps none.
            A mean of fewer than two classes is never the best.
        rule: 'greater' or 'less': which value is better; None goes by the metric's name.
        test_fn: ``f(model, dataloader) -> results`` in the place of our own loop.
        greater_keys, less_keys: names, or parts of names, of metrics for which greater (less) is better.
        out_dir: save the best checkpoint in the folder named like the work directory in this one.
        file_client_args, efficient_test: without effect.
        pre_eval: count image by image; False keeps all label maps until the end, as ``dataset.evaluate`` may need.
        eval_kwargs: of ``dataset.evaluate``, such as ``metric='mIoU'``.

    Raises:
        ValueError: an interval or rule that does not exist, or a metric of which it is not known what is better.
    """

    greater_keys = ('mIoU', 'mAcc', 'aAcc', 'mDice', 'mFscore', 'IoU', 'Acc', 'Dice', 'acc', 'precision', 'recall')
    less_keys = ('loss',)

    def __init__(
        self,
        dataloader: Loader,
        start: int | None = None,
        interval: int = 1,
        by_epoch: bool = False,
        save_best: str | None = None,
        rule: str | None = None,
        test_fn: Callable[[nn.Module, Loader], list] | None = None,
        greater_keys: Sequence[str] | None = None,
        less_keys: Sequence[str] | None = None,
        out_dir: str | None = None,
        file_client_args: dict | None = None,
        efficient_test: bool = False,
        pre_eval: bool = True,
        **eval_kwargs: Any,
    ) -> None:
        if interval < 1 or (start is not None and start < 0):
            raise ValueError(f'evaluation: interval has to be 1 or more, start 0 or more, not {interval} and {start}')
        if rule not in (None, 'greater', 'less'):
            raise ValueError(f"evaluation.rule is {rule!r}: use 'greater' or 'less'")
        if efficient_test:
            warnings.warn('evaluation.efficient_test is deprecated and without effect', stacklevel=2)
        check_evaluation(dataloader.dataset, eval_kwargs, 'evaluation.')
        self.dataloader = dataloader
        self.start = start
        self.interval = interval
        self.by_epoch = by_epoch
        self.test_fn = test_fn
        self.greater_keys = greater_keys or self.greater_keys
        self.less_keys = less_keys or self.less_keys
        self.save_best = save_best
        self.rule = rule or (self._infer_rule(save_best) if save_best not in (None, _AUTO) else None)
        self.out_dir = out_dir
        self.pre_eval = pre_eval
        self.eval_kwargs = eval_kwargs
        self.latest_results: EvaluatorLike | list | None = None

    def _infer_rule(self, key: str) -> str:
        for matches in (lambda name: key.lower() == name.lower(), lambda name: name.lower() in key.lower()):
            for rule, names in (('greater', self.greater_keys), ('less', self.less_keys)):
                if any(map(matches, names)):
                    return rule
        raise ValueError(f"evaluation.save_best: is more of {key!r} better or less? write rule='greater' or 'less'")

    def check(self, facts: Facts) -> list[Problem]:
        """A metric that there is not, and a best checkpoint by one that the evaluation will not give."""
        wrong = [metric for metric in _as_list(self.eval_kwargs.get('metric', [])) if metric not in ALL_METRICS]
        if not has_evaluator(self.dataloader.dataset):
            return []  # a data set of a user's knows metrics of its own
        if wrong:
            hint = did_you_mean(wrong[0], ALL_METRICS) or f' (there are {", ".join(ALL_METRICS)})'
            return [Problem('metric', f'is {wrong[0]!r}, which does not exist', f'use what there is{hint}')]
        names = result_names(self.dataloader.dataset, **self.eval_kwargs)
        if self.save_best in (None, _AUTO) or names is None or self.save_best in names:
            return []
        shown = ', '.join(names[:8]) + (', ...' if len(names) > 8 else '')
        mend = f'use one of these{did_you_mean(self.save_best, names)}, or add it to evaluation.metric'
        if f'0_{self.save_best}' in names:
            mend = f'several data sets are evaluated, and one has to decide: use 0_{self.save_best} for the first'
        return [Problem('save_best', f'is {self.save_best!r}, but the evaluation will give {shown}', mend)]

    def before_run(self, runner: Runner) -> None:
        if self.by_epoch and runner.max_epochs is None:
            raise ValueError(f'evaluation: by_epoch=True, but {type(runner).__name__} counts iterations: write '
                             'by_epoch=False')
        self.out_dir = str(Path(self.out_dir, Path(runner.work_dir).name)) if self.out_dir else runner.work_dir
        self._first = True
        self._epoch: int | None = None

    def before_train_iter(self, runner: Runner) -> None:
        self._catch_up(runner)

    def after_run(self, runner: Runner) -> None:
        self._catch_up(runner)  # a run that was cut off in its last evaluation has no iteration left

    def _catch_up(self, runner: Runner) -> None:
        """Evaluate at the beginning, where the run before was cut off in it or ``start`` lies behind."""
        if not self._first:
            return
        self._first = False
        done = self._done(runner)
        missed = done > 0 and self._due(done) and runner.hook_msgs.get('last_eval') != done
        if missed or (self.start is not None and done >= self.start):
            # The epoch of the last iteration: the runner has begun the next one.
            self._epoch = max(1, runner.finished_epochs + (runner.inner_iter > 0))
            self._do_evaluate(runner)
            self._epoch = None
            runner.model.train()

    def after_train_iter(self, runner: Runner) -> None:
        if not self.by_epoch and self._due(self._done(runner)):
            self._do_evaluate(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        if self.by_epoch and self._due(self._done(runner)):
            self._do_evaluate(runner)

    def _done(self, runner: Runner) -> int:
        return runner.finished_epochs if self.by_epoch else runner.finished_iters

    def _due(self, done: int) -> bool:
        if self.start is None:
            return done % self.interval == 0
        return done >= self.start and (done - self.start) % self.interval == 0

    def _do_evaluate(self, runner: Runner) -> None:
        runner.call_hook('before_evaluation')
        with kept_rng_state(), runner.step_context():
            results = self.test(runner)
            metrics = self.evaluate(runner, results) if dist.is_main() else None
        self.latest_results = results
        runner.metrics = dist.broadcast_object(metrics)
        runner.log_buffer.clear_output()
        runner.log_buffer.output.update(eval_iter_num=len(self.dataloader), **runner.metrics)
        if self._epoch is not None:
            runner.log_buffer.output['eval_epoch'] = self._epoch
        runner.log_buffer.ready = True
        runner.call_hook('after_evaluation')
        runner.hook_msgs['last_eval'] = self._done(runner)
        if self.save_best:
            self._save_best(runner)

    def test(self, runner: Runner) -> EvaluatorLike | list | None:
        """Predict the validation set: what ``dataset.evaluate`` takes, on rank 0 at least."""
        if self.test_fn is not None:
            return self.test_fn(runner.model, self.dataloader)
        on_terminal = sys.stderr.isatty()
        if not self.pre_eval:
            return multi_gpu_test(runner.model, self.dataloader, progress=on_terminal)
        return evaluate(runner.model, self.dataloader, on_terminal, **self.eval_kwargs)

    def evaluate(self, runner: Runner, results: EvaluatorLike | list) -> dict[str, float]:
        """The metrics by name, as plain numbers."""
        metrics = self.dataloader.dataset.evaluate(results, logger=runner.logger, **self.eval_kwargs)
        return {name: value.item() if isinstance(value, _NUMBERS) else value for name, value in metrics.items()}

    def _save_best(self, runner: Runner) -> None:
        key = next(iter(runner.metrics)) if self.save_best == _AUTO else self.save_best
        if key not in runner.metrics:
            raise ValueError(f'evaluation.save_best is {key!r}, but the metrics are {", ".join(runner.metrics)}')
        if (over := self._classes_behind(key, runner.metrics)) is not None and over < 2:
            runner.logger.warning(f'{key} is a mean of {over} class{"es" * (over != 1)}: it does not make a best '
                                  'checkpoint (the labels of the validation set lack, or are all of one class)')
            return
        sign = 1 if (self.rule or self._infer_rule(key)) == 'greater' else -1
        score, best = runner.metrics[key], runner.hook_msgs.get('best_score', -sign * math.inf)
        if not sign * score > sign * best:  # nan never is
            return
        old = runner.hook_msgs.get('best_ckpt')
        name = f'best_{key}_{"epoch" if self.by_epoch else "iter"}_{self._done(runner)}.pth'
        runner.hook_msgs.update(best_score=score, best_ckpt=str(Path(self.out_dir, name)))
        path = runner.save_checkpoint(self.out_dir, name, create_symlink=False)
        runner.logger.info(f'Best {key} so far: {score:.4f}; saved as {path}')
        if dist.is_main() and old and Path(old) != Path(path):
            with contextlib.suppress(FileNotFoundError):
                Path(old).unlink()

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
    return [value] if isinstance(value, str) else list(value)


class DistEvalHook(EvalHook):
    """:class:`EvalHook` that first gives every rank the batch norm statistics of rank 0.

    Args:
        *args, **kwargs: as for :class:`EvalHook`.
        broadcast_bn_buffer: whether to do so.
        tmpdir, gpu_collect: without effect; one confusion matrix is summed up over the process group.
    """

    def __init__(
        self, *args: Any, broadcast_bn_buffer: bool = True, tmpdir: str | None = None, gpu_collect: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.broadcast_bn_buffer = broadcast_bn_buffer

    def test(self, runner: Runner) -> EvaluatorLike | list | None:
        if self.broadcast_bn_buffer:
            for module in runner.model.modules():
                if isinstance(module, _BatchNorm) and module.track_running_stats:
                    dist.broadcast(module.running_mean)
                    dist.broadcast(module.running_var)
        return super().test(runner)
