"""Evaluation in the course of training, and the best checkpoint."""

import math
import operator
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.data import DataLoader

from mmcv import dist
from mmcv.checkpoint import kept_rng_state
from mmcv.fileio import FileClient
from mmcv.runner.hooks.hook import Hook
from mmcv.runner.hooks.runner import Runner

from .inference import multi_gpu_test

_AUTO = 'auto'
_NUMBERS = (np.generic, np.ndarray, torch.Tensor)


class EvalHook(Hook):
    """Evaluates the validation set every ``interval`` iterations or epochs, and keeps the best checkpoint.

    Between ``before_evaluation`` and ``after_evaluation`` other hooks may change the model (a moving average); random
    numbers drawn in between do not change the training. A run that resumes where an evaluation was due, and was not
    finished, begins with it.

    A subclass may override :meth:`_do_evaluate`, in which it predicts, calls :meth:`evaluate` on rank 0 at least, and
    hands the score to :meth:`_save_ckpt`; or one of these steps.

    Args:
        dataloader: of the validation set, which has ``evaluate(results, logger=..., **eval_kwargs)``.
        start: the first iteration (epoch) to evaluate after; also before the first one of a run that is past it.
        interval: iterations (epochs) between evaluations.
        by_epoch: whether these count epochs.
        save_best: the metric of the best checkpoint, ``best_acc_epoch_N.pth``; 'auto' takes the first, None keeps none.
        rule: 'greater' or 'less': which value is better; None goes by the metric's name.
        test_fn: ``f(model, dataloader) -> results``; None takes :func:`~mmcv.engine.multi_gpu_test`, which works alone
            too.
        greater_keys, less_keys: names, or parts of names, of metrics for which greater (less) is better.
        out_dir: save the best checkpoint in the folder named like the work directory in this one.
        file_client_args: of :class:`mmcv.fileio.FileClient`; None goes by ``out_dir``.
        eval_kwargs: of ``dataset.evaluate``.

    Attributes:
        further_metrics: what a subclass has measured itself, beside what ``dataset.evaluate`` gives.

    Raises:
        TypeError: no DataLoader.
        ValueError: an interval or rule that does not exist, or a metric of which it is not known what is better.
    """

    rule_map = {'greater': operator.gt, 'less': operator.lt}
    init_value_map = {'greater': -math.inf, 'less': math.inf}
    greater_keys: Sequence[str] = ('acc', 'top', 'AR@', 'auc', 'precision', 'mAP', 'mDice', 'mIoU', 'mAcc', 'aAcc')
    less_keys: Sequence[str] = ('loss',)

    def __init__(
        self,
        dataloader: DataLoader,
        start: int | None = None,
        interval: int = 1,
        by_epoch: bool = True,
        save_best: str | None = None,
        rule: str | None = None,
        test_fn: Callable[[nn.Module, DataLoader], list] | None = None,
        greater_keys: str | Sequence[str] | None = None,
        less_keys: str | Sequence[str] | None = None,
        out_dir: str | None = None,
        file_client_args: dict | None = None,
        **eval_kwargs: Any,
    ) -> None:
        for name, number, least in (('interval', interval, 1), ('start', start, 0)):
            if number is not None and number < least:
                raise ValueError(f'evaluation.{name} has to be {least} or more, not {number}')
        if not isinstance(save_best, (str, type(None))):
            raise ValueError(f"evaluation.save_best is {save_best!r}: name a metric, such as 'mIoU', or 'auto'")
        if not isinstance(dataloader, DataLoader):
            raise TypeError(f'evaluation: takes a torch DataLoader, not {type(dataloader).__name__}')
        self.dataloader = dataloader
        self.start = start
        self.interval = interval
        self.by_epoch = by_epoch
        self.test_fn = test_fn
        self.greater_keys = _as_list(greater_keys or self.greater_keys)
        self.less_keys = _as_list(less_keys or self.less_keys)
        self.save_best = save_best
        self.best_ckpt_path: str | None = None
        self.rule: str | None = None
        self._init_rule(rule, save_best)
        self.out_dir = out_dir
        self.file_client_args = file_client_args
        self.eval_kwargs = eval_kwargs
        self._within = False
        self._made_up_for: int | None = None  # the epoch of an evaluation that is held later
        self.further_metrics: dict[str, float] = {}
        self._metrics: dict[str, Any] = {}
        self._score: float | None = None

    def _init_rule(self, rule: str | None, key_indicator: str | None) -> None:
        """Decide by which metric, and by which of its values, a checkpoint is the best."""
        if rule not in (None, *self.rule_map):
            raise ValueError(f"evaluation.rule is {rule!r}: use 'greater' or 'less'")
        self.key_indicator = key_indicator
        self.rule = rule or (None if key_indicator in (None, _AUTO) else self._infer_rule(key_indicator))
        if self.rule is not None:
            self.compare_func = self.rule_map[self.rule]

    def _infer_rule(self, key: str) -> str:
        for matches in (lambda name: key.lower() == name.lower(), lambda name: name.lower() in key.lower()):
            for rule, names in (('greater', self.greater_keys), ('less', self.less_keys)):
                if any(map(matches, names)):
                    return rule
        raise ValueError(f"evaluation.save_best: is more of {key!r} better or less? write rule='greater' or 'less'")

    def before_run(self, runner: Runner) -> None:
        if self.by_epoch and runner.max_epochs is None:
            raise ValueError(f'evaluation: by_epoch=True, but {type(runner).__name__} counts iterations: write '
                             'by_epoch=False')
        self.file_client = FileClient.infer_client(self.file_client_args, self.out_dir or runner.work_dir)
        if self.out_dir:
            self.out_dir = self.file_client.join_path(self.out_dir, os.path.basename(runner.work_dir.rstrip('/')))
        else:
            self.out_dir = runner.work_dir
        self.best_ckpt_path = runner.hook_msgs.get('best_ckpt')
        self.initial_flag = True

    def before_train_iter(self, runner: Runner) -> None:
        self._catch_up(runner)

    def after_run(self, runner: Runner) -> None:
        self._catch_up(runner)  # a run that was cut off in its last evaluation has no iteration left

    def _catch_up(self, runner: Runner) -> None:
        """Evaluate at the beginning, where the run before was cut off in it or ``start`` lies behind."""
        if not self.initial_flag:
            return
        self.initial_flag = False
        done = self._done(runner)
        missed = done > 0 and self._should_evaluate(runner) and runner.hook_msgs.get('last_eval') != done
        if missed or (self.start is not None and done >= self.start):
            # The epoch of the last iteration: the runner has begun the next one.
            self._made_up_for = max(1, runner.finished_epochs + (runner.inner_iter > 0))
            self._evaluate(runner)
            self._made_up_for = None
            runner.model.train()

    def after_train_iter(self, runner: Runner) -> None:
        if not self.by_epoch and self._should_evaluate(runner):
            self._evaluate(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        if self.by_epoch and self._should_evaluate(runner):
            self._evaluate(runner)

    def _done(self, runner: Runner) -> int:
        return runner.finished_epochs if self.by_epoch else runner.finished_iters

    def _should_evaluate(self, runner: Runner) -> bool:
        """Whether an evaluation is due now."""
        if self._made_up_for is not None:
            return True
        past = self._done(runner) - (self.start or 0)
        return past >= 0 and past % self.interval == 0

    def _evaluate(self, runner: Runner) -> None:
        """One evaluation, with what belongs around it: every rank knows its metrics, and all save the best together."""
        runner.call_hook('before_evaluation')
        runner.log_buffer.clear_output()
        if self._made_up_for is not None:
            runner.log_buffer.output['eval_epoch'] = self._made_up_for
        self._metrics, self._score, self._within = {}, None, True
        self._do_evaluate(runner)
        self._within = False
        runner.metrics, score = dist.broadcast_object((self._metrics, self._score))
        runner.call_hook('after_evaluation')
        runner.hook_msgs['last_eval'] = self._done(runner)
        if score is not None:
            self._know_the_key(runner.metrics)  # on the ranks that evaluated nothing
            self._save_ckpt(runner, score)

    def _do_evaluate(self, runner: Runner) -> None:
        """Predict, evaluate, and name the score for the best checkpoint."""
        with kept_rng_state(), runner.step_context():
            results = self.test(runner)
            if not dist.is_main():
                return
            runner.log_buffer.output['eval_iter_num'] = len(self.dataloader)
            score = self.evaluate(runner, results)
        if self.save_best and score is not None:
            self._save_ckpt(runner, score)

    def test(self, runner: Runner) -> object:
        """Predict the validation set: what ``dataset.evaluate`` takes, on rank 0 at least."""
        if self.test_fn is not None:
            return self.test_fn(runner.model, self.dataloader)
        return multi_gpu_test(runner.model, self.dataloader, progress=sys.stderr.isatty())

    def evaluate(self, runner: Runner, results: object) -> float | None:
        """Put the metrics, as plain numbers, into the log buffer.

        Returns:
            The one that decides which checkpoint is the best; None where none is kept.
        """
        metrics = self.dataloader.dataset.evaluate(results, logger=runner.logger, **self.eval_kwargs)
        metrics = {**metrics, **self.further_metrics}
        self._metrics = {
            name: value.item() if isinstance(value, _NUMBERS) else value for name, value in metrics.items()}
        runner.log_buffer.output.update(self._metrics)
        runner.log_buffer.ready = True
        return self._score_in(self._metrics) if self.save_best else None

    def _score_in(self, metrics: Mapping[str, Any]) -> float | None:
        if not metrics:
            warnings.warn('the evaluation gave no metrics: no checkpoint is the best by it', stacklevel=2)
            return None
        self._know_the_key(metrics)
        if self.key_indicator not in metrics:
            raise ValueError(f'evaluation.save_best is {self.key_indicator!r}, but the metrics are '
                             f'{", ".join(metrics)}')
        return metrics[self.key_indicator]

    def _save_ckpt(self, runner: Runner, key_score: float) -> None:
        """Save the checkpoint if its score is the best so far; within an evaluation only the score is noted.

        All ranks save together when the evaluation is over, and the model is what training goes on with.
        """
        if self._within:
            self._score = key_score
            return
        if not self.compare_func(key_score, runner.hook_msgs.get('best_score', self.init_value_map[self.rule])):
            return  # nan never is
        old = self.best_ckpt_path
        name = f'best_{self.key_indicator}_{"epoch" if self.by_epoch else "iter"}_{self._done(runner)}.pth'
        self.best_ckpt_path = self.file_client.join_path(self.out_dir, name)
        runner.hook_msgs.update(best_score=key_score, best_ckpt=self.best_ckpt_path)
        runner.save_checkpoint(self.out_dir, name, create_symlink=False)
        runner.logger.info(f'Best {self.key_indicator} so far: {key_score:.4f}; saved as {self.best_ckpt_path}')
        if dist.is_main() and old and old != self.best_ckpt_path and self.file_client.isfile(old):
            self.file_client.remove(old)

    def _know_the_key(self, metrics: Mapping[str, Any]) -> None:
        """Let 'auto' become the first metric."""
        if self.key_indicator == _AUTO:
            self._init_rule(self.rule, next(iter(metrics)))


class DistEvalHook(EvalHook):
    """:class:`EvalHook` that first gives every rank the batch norm statistics of rank 0.

    Args:
        dataloader, *args, **kwargs: as for :class:`EvalHook`; a ``test_fn`` is also given ``tmpdir`` and
            ``gpu_collect``, and its results count on rank 0.
        broadcast_bn_buffer: whether to do so.
        tmpdir: a folder for a ``test_fn``; None is ``.eval_hook`` in the work directory.
        gpu_collect: for a ``test_fn``.
    """

    def __init__(
        self, dataloader: DataLoader, *args: Any, broadcast_bn_buffer: bool = True, tmpdir: str | None = None,
        gpu_collect: bool = False, **kwargs: Any,
    ) -> None:
        super().__init__(dataloader, *args, **kwargs)
        self.broadcast_bn_buffer = broadcast_bn_buffer
        self.tmpdir = tmpdir
        self.gpu_collect = gpu_collect

    def _do_evaluate(self, runner: Runner) -> None:
        if self.broadcast_bn_buffer:
            for module in runner.model.modules():
                if isinstance(module, _BatchNorm) and module.track_running_stats:
                    dist.broadcast(module.running_mean)
                    dist.broadcast(module.running_var)
        super()._do_evaluate(runner)

    def test(self, runner: Runner) -> object:
        if self.test_fn is None:
            return super().test(runner)
        tmpdir = self.tmpdir or os.path.join(runner.work_dir, '.eval_hook')
        return self.test_fn(runner.model, self.dataloader, tmpdir=tmpdir, gpu_collect=self.gpu_collect)


def _as_list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
