"""The base of the loggers: when to write, and what there is to write."""

import importlib
from abc import abstractmethod
from collections.abc import Callable, Mapping
from numbers import Number
from types import ModuleType
from typing import Any, TypeGuard

import numpy as np

from mmcv.runner.hooks.hook import Hook
from mmcv.runner.hooks.momentum_updater import momentum_of
from mmcv.runner.hooks.runner import Runner

#: What an evaluation puts into the output besides its metrics: its batches, and its epoch if it is not the runner's.
EVALUATION_FACTS = ('eval_iter_num', 'eval_epoch')


def imported(module: str, package: str, hook: Hook) -> ModuleType:
    """A module that a logger is made for.

    Raises:
        ValueError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ValueError(f'log_config: {type(hook).__name__} needs {package}: pip install {package}, or remove the '
                         'hook') from None


class LoggerHook(Hook):
    """Writes ``runner.log_buffer.output`` every ``interval`` iterations and whenever a hook marks it ``ready``.

    A subclass gives ``log(runner)``.

    Args:
        interval: iterations between two lines.
        ignore_last: write no line for the rest at the end of an epoch.
        reset_flag: empty the output after writing; the runner sets it for the last logger.
        by_epoch: whether the runner counts epochs.
    """

    # Of subclasses, too, whose constructors do not call this one.
    interval = 10
    ignore_last = True
    reset_flag = False
    by_epoch = True
    _written = -1

    def __init__(
        self, interval: int = 10, ignore_last: bool = True, reset_flag: bool = False, by_epoch: bool = True
    ) -> None:
        if interval < 1:
            raise ValueError(f'log_config.interval is {interval}: give 1 or more')
        self.interval = interval
        self.ignore_last = ignore_last
        self.reset_flag = reset_flag
        self.by_epoch = by_epoch

    @abstractmethod
    def log(self, runner: Runner) -> None:
        """Write the output of the log buffer."""

    def log_pictures(self, runner: Runner, pictures: Mapping[str, np.ndarray]) -> None:
        """Show pictures by their names, (H, W, 3) uint8 RGB, where the service can; every rank may call it."""

    def before_run(self, runner: Runner) -> None:
        runner.log_buffer.window = max(runner.log_buffer.window, self.interval)
        self._written = runner.finished_iters
        for hook in runner.hooks:
            if isinstance(hook, LoggerHook):
                last = hook
        last.reset_flag = True

    def before_epoch(self, runner: Runner) -> None:
        runner.log_buffer.clear()

    def after_train_iter(self, runner: Runner) -> None:
        self._log_interval(runner)

    def before_evaluation(self, runner: Runner) -> None:
        self._log_interval(runner)  # the interval that ends here has its own line, before the metrics

    def _log_interval(self, runner: Runner) -> None:
        if self._written != runner.finished_iters and self._due(runner):
            self._written = runner.finished_iters
            runner.log_buffer.average(self.interval)
        self._log_ready(runner)

    def _due(self, runner: Runner) -> bool:
        done = runner.inner_iter + 1 if self.by_epoch else runner.finished_iters
        end = len(runner.data_loader) if self.by_epoch else runner.max_iters
        return done % self.interval == 0 or (not self.ignore_last and done == end)

    def _log_ready(self, runner: Runner) -> None:
        if runner.log_buffer.ready:
            self.log(runner)
            if self.reset_flag:
                runner.log_buffer.clear_output()

    def after_evaluation(self, runner: Runner) -> None:
        self._log_ready(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        self._log_ready(runner)

    def after_val_epoch(self, runner: Runner) -> None:
        runner.log_buffer.average()
        self._log_ready(runner)

    def get_mode(self, runner: Runner) -> str:
        """'train' for a line about training iterations, 'val' for metrics."""
        return 'train' if runner.mode == 'train' and 'time' in runner.log_buffer.output else 'val'

    def get_epoch(self, runner: Runner) -> int:
        """The epoch a line is about, from 1; of an evaluation that was made up for, the one that it belongs to."""
        made_up_for = runner.log_buffer.output.get('eval_epoch')
        if made_up_for is not None:
            return made_up_for
        return runner.epoch + 1 if runner.mode == 'train' else runner.epoch

    def get_iter(self, runner: Runner, inner_iter: bool = False) -> int:
        """The iteration a line is about, from 1; with ``inner_iter`` within its epoch, where epochs are counted."""
        return runner.inner_iter + 1 if self.by_epoch and inner_iter else runner.finished_iters

    @staticmethod
    def is_scalar(value: object) -> TypeGuard[Number]:
        return isinstance(value, Number)

    def get_loggable_tags(
        self,
        runner: Runner,
        allow_scalar: bool = True,
        allow_text: bool = False,
        add_mode: bool = True,
        tags_to_skip: tuple[str, ...] = ('time', 'data_time'),
    ) -> dict[str, Any]:
        """The output with learning rate and momentum by names such as 'train/loss', for what draws curves."""
        mode = self.get_mode(runner)
        tags = {}
        for name, value in runner.log_buffer.output.items():
            wanted = allow_scalar if self.is_scalar(value) else allow_text and isinstance(value, str)
            if wanted and name not in (*tags_to_skip, *EVALUATION_FACTS):
                tags[f'{mode}/{name}' if add_mode else name] = value
        return {**tags, **self.get_lr_tags(runner), **self.get_momentum_tags(runner)}

    def get_lr_tags(self, runner: Runner) -> dict[str, float]:
        """'learning_rate' of the first parameters; of several optimizers 'learning_rate/NAME'."""
        return _of_optimizers(runner, 'learning_rate', lambda group: group['lr'])

    def get_momentum_tags(self, runner: Runner) -> dict[str, float]:
        """'momentum', or the first beta, likewise."""
        return _of_optimizers(runner, 'momentum', momentum_of)


def _of_optimizers(runner: Runner, quantity: str, of: Callable[[dict], float]) -> dict[str, float]:
    several = isinstance(runner.optimizer, dict)
    return {f'{quantity}/{name}' if several else quantity: of(optimizer.param_groups[0])
            for name, optimizer in runner.optimizers().items()}
