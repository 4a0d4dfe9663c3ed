"""Signals that ask for an end: the run is saved at the next iteration's border."""

import signal
import threading
from typing import Any

import torch
import torch.distributed as torch_dist

from mmcv import dist

from .hook import HOOKS, Hook
from .runner import Runner

EXIT_CODE = 143  # 128 + SIGTERM, what schedulers expect


@HOOKS.register_module()
class SignalHook(Hook):
    """After SIGTERM, SIGUSR1 (slurm) or the first SIGINT, saves a checkpoint and exits with code 143.

    A second SIGINT ends the process at once. Several processes agree on the iteration first: one that gets the signal
    tells the others, and all stop after the iteration that follows.

    Args:
        out_dir: where the checkpoint goes; None is the work directory.
    """

    signals = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)

    def __init__(self, out_dir: str | None = None) -> None:
        self.out_dir = out_dir
        self.received: int | None = None
        self._previous = {}
        self._vote = None
        self._group = None

    def before_run(self, runner: Runner) -> None:
        if threading.current_thread() is threading.main_thread():  # only there python takes handlers
            self._previous = {number: signal.signal(number, self._receive) for number in self.signals}
        if dist.get_dist_info()[1] > 1:
            self._group = torch_dist.new_group(backend='gloo')  # on the host: asking must not wait for the GPU

    def _receive(self, number: int, frame: Any) -> None:
        if number == signal.SIGINT and self.received is not None:
            raise KeyboardInterrupt
        self.received = number

    def after_train_iter(self, runner: Runner) -> None:
        if not self._agreed():
            return
        path = runner.save_checkpoint(self.out_dir or runner.work_dir)
        name = f' by {signal.Signals(self.received).name}' if self.received else ''
        runner.logger.warning(f'Stopped{name} after iteration {runner.finished_iters}; to go on: --resume-from {path}')
        raise SystemExit(EXIT_CODE)

    def _agreed(self) -> bool:
        """Whether a rank had the signal; of several ranks, at the last iteration's border, which costs no waiting."""
        if self._group is None:
            return self.received is not None
        agreed = False
        if self._vote is not None:
            work, flag = self._vote
            work.wait()
            agreed = bool(flag)
        flag = torch.tensor(int(self.received is not None))
        self._vote = torch_dist.all_reduce(flag, torch_dist.ReduceOp.MAX, self._group, async_op=True), flag
        return agreed

    def after_run(self, runner: Runner) -> None:
        if self._vote is not None:
            self._vote[0].wait()

    def close(self, runner: Runner) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
