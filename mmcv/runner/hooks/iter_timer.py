"""How long iterations take, and how much of that is waiting for data."""

import time

from .hook import HOOKS, Hook
from .runner import Runner


@HOOKS.register_module()
class IterTimerHook(Hook):
    """Puts ``data_time`` and ``time`` (seconds) of each iteration into the log buffer; evaluation does not count.

    An iteration in which a hook has emptied the buffer, as evaluation hooks of projects do, has neither.
    """

    def before_run(self, runner: Runner) -> None:
        self.mark = time.perf_counter()

    def before_epoch(self, runner: Runner) -> None:
        self.mark = time.perf_counter()

    def before_iter(self, runner: Runner) -> None:
        runner.log_buffer.update({'data_time': time.perf_counter() - self.mark})

    def after_iter(self, runner: Runner) -> None:
        now = time.perf_counter()
        if 'data_time' in runner.log_buffer.val_history:
            runner.log_buffer.update({'time': now - self.mark})
        self.mark = now

    def after_evaluation(self, runner: Runner) -> None:
        self.mark = time.perf_counter()
