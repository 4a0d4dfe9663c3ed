"""A line on the terminal that shows how the run goes."""

import contextlib
import sys
import time
from typing import Any

from mmcv import dist

from .hook import HOOKS, Hook
from .logger.text import _peak_memory

_REFRESH = 2.0  # seconds; reading the loss waits for the device


@HOOKS.register_module()
class ProgressBarHook(Hook):
    """Shows iteration, speed, share of time waiting for data, memory, time left and loss, if stderr is a terminal.

    Log lines appear above the bar. Without a terminal, or without tqdm, there are only the log lines.
    """

    def __init__(self) -> None:
        self.bar = None
        self._stack = contextlib.ExitStack()

    def before_run(self, runner: Any) -> None:
        if not (dist.is_main() and sys.stderr.isatty()):
            return
        try:
            from tqdm import tqdm
            from tqdm.contrib.logging import logging_redirect_tqdm
        except ImportError:
            return
        self._stack.enter_context(logging_redirect_tqdm([runner.logger]))
        self.bar = self._stack.enter_context(
            tqdm(total=runner.max_iters, initial=runner.iter, unit='it', dynamic_ncols=True, smoothing=0.1))
        self._shown = 0.0

    def after_train_iter(self, runner: Any) -> None:
        if self.bar is None:
            return
        self.bar.total = runner.max_iters
        now = time.monotonic()
        if now - self._shown > _REFRESH:
            self._shown = now
            history = runner.log_buffer.val_history
            waiting, whole = (sum(list(history.get(key, ()))[-50:]) for key in ('data_time', 'time'))
            self.bar.set_postfix_str(
                f'loss {float(runner.outputs["loss"]):.4f}, waiting for data {waiting / max(whole, 1e-9):.0%}, '
                f'memory {_peak_memory()} MB', refresh=False)
        self.bar.update()

    def close(self, runner: Any) -> None:
        self._stack.close()
