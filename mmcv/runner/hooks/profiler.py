"""Where the time goes, by ``torch.profiler``."""

from collections.abc import Callable, Sequence

import torch
from torch import profiler

from .hook import HOOKS, Hook
from .runner import Runner


@HOOKS.register_module()
class ProfilerHook(Hook):
    """Profiles the first iterations (or epochs) of a run.

    Args:
        by_epoch: whether ``profile_iters`` counts epochs.
        profile_iters: how long to profile.
        activities: of 'cpu' and 'cuda'; 'cuda' is left out where there is no GPU.
        schedule: arguments of ``torch.profiler.schedule``.
        on_trace_ready: a function of the profiler, or dict(type='log_trace') for a table in the log, or
            dict(type='tb_trace', dir_name=...) for TensorBoard.
        record_shapes, profile_memory, with_stack, with_flops: as for ``torch.profiler.profile``.
        json_trace_path: write a Chrome trace there at the end.
    """

    def __init__(
        self,
        by_epoch: bool = True,
        profile_iters: int = 1,
        activities: Sequence[str] = ('cpu', 'cuda'),
        schedule: dict | None = None,
        on_trace_ready: Callable | dict | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        json_trace_path: str | None = None,
    ) -> None:
        if set(activities) - {'cpu', 'cuda'} or profile_iters < 1:
            raise ValueError(f"ProfilerHook: activities are of 'cpu' and 'cuda', profile_iters >= 1, not {activities} "
                             f'and {profile_iters}')
        self.by_epoch = by_epoch
        self.profile_iters = profile_iters
        self.activities = [getattr(profiler.ProfilerActivity, name.upper()) for name in activities
                           if name == 'cpu' or torch.cuda.is_available()]
        self.schedule = profiler.schedule(**schedule) if schedule else None
        self.on_trace_ready = on_trace_ready
        self.options = {'record_shapes': record_shapes, 'profile_memory': profile_memory, 'with_stack': with_stack,
                        'with_flops': with_flops}
        self.json_trace_path = json_trace_path
        self.profiler = None

    def before_run(self, runner: Runner) -> None:
        self.profiler = profiler.profile(
            activities=self.activities, schedule=self.schedule, on_trace_ready=self._handler(runner), **self.options)
        self.profiler.__enter__()

    def _handler(self, runner: Runner) -> Callable | None:
        if not isinstance(self.on_trace_ready, dict):
            return self.on_trace_ready
        options = dict(self.on_trace_ready)
        kind = options.pop('type', None)
        if kind == 'tb_trace':
            folder = options.pop('dir_name', f'{runner.work_dir}/tf_tracing_logs')
            return profiler.tensorboard_trace_handler(folder, **options)
        if kind == 'log_trace':
            return lambda done: runner.logger.info(
                done.key_averages().table(**{'sort_by': 'self_cpu_time_total', 'row_limit': 20, **options}))
        raise ValueError(f"ProfilerHook: on_trace_ready.type is {kind!r}: use 'tb_trace' or 'log_trace'")

    def after_train_epoch(self, runner: Runner) -> None:
        if self.by_epoch and runner.epoch + 1 >= self.profile_iters:
            self._finish(runner)

    def after_train_iter(self, runner: Runner) -> None:
        if self.profiler is None:
            return
        self.profiler.step()
        if not self.by_epoch and runner.iter + 1 >= self.profile_iters:
            self._finish(runner)

    def close(self, runner: Runner) -> None:
        self._finish(runner)

    def _finish(self, runner: Runner) -> None:
        if self.profiler is None:
            return
        self.profiler.__exit__(None, None, None)
        if self.json_trace_path:
            self.profiler.export_chrome_trace(self.json_trace_path)
        self.profiler = None
