"""A line on the terminal that shows how the run goes."""

import datetime
import logging
import shutil
import sys
import time

from mmcv import dist

from .hook import HOOKS, Hook
from .logger.text import peak_memory
from .runner import Runner

_REFRESH = 1.0  # seconds; reading the loss waits for the device
_CLEAR = '\r\033[K'


@HOOKS.register_module()
class ProgressBarHook(Hook):
    """Shows iteration, speed, share of time waiting for data, memory, time left and loss, if stderr is a terminal.

    Log lines appear above it. Where stderr is no terminal there are only the log lines.
    """

    def __init__(self) -> None:
        self.active = False

    def before_run(self, runner: Runner) -> None:
        self.active = dist.is_main() and sys.stderr.isatty()
        if not self.active:
            return
        self._begun = self._shown = self._mark = time.monotonic()
        self._start, self._waited = runner.finished_iters, 0.0
        self._cleared = [handler for handler in runner.logger.handlers if _writes_to_terminal(handler)]
        for handler in self._cleared:
            handler.addFilter(self._clear)

    def before_train_iter(self, runner: Runner) -> None:
        if self.active:
            self._waited += time.monotonic() - self._mark

    def after_train_iter(self, runner: Runner) -> None:
        if not self.active:
            return
        self._mark = now = time.monotonic()
        if now - self._shown >= _REFRESH or runner.finished_iters == runner.max_iters:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_CLEAR + self._line(runner, now - self._begun, width))
            sys.stderr.flush()
            self._shown = now

    def before_evaluation(self, runner: Runner) -> None:
        self._paused = time.monotonic()

    def after_evaluation(self, runner: Runner) -> None:
        """Evaluation counts neither as training nor as waiting."""
        if self.active:
            self._begun += time.monotonic() - self._paused
            self._mark = time.monotonic()

    def _line(self, runner: Runner, seconds: float, width: int) -> str:
        done, total = runner.finished_iters, runner.max_iters
        speed = max(done - self._start, 1) / max(seconds, 1e-9)
        left = datetime.timedelta(seconds=int((total - done) / speed))
        text = (f'{done}/{total}, loss {float(runner.outputs["loss"].detach()):.4f}, {left} left, {speed:.2f} it/s, '
                f'data wait {self._waited / max(seconds, 1e-9):.0%}, {peak_memory()} MB')
        size = max(min(width - len(text) - 3, 30), 0)
        return f'[{"=" * (size * done // total):{size}}] {text}'[:width]

    @staticmethod
    def _clear(record: logging.LogRecord) -> bool:
        """A filter that lets every record pass, and takes the bar out of its way."""
        sys.stderr.write(_CLEAR)
        return True

    def close(self, runner: Runner) -> None:
        if self.active:
            sys.stderr.write('\n')
            for handler in self._cleared:
                handler.removeFilter(self._clear)


def _writes_to_terminal(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)
