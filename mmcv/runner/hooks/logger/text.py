"""Log lines for people, and ``TIMESTAMP.log.json`` for programs."""

import datetime
import resource
import sys
from pathlib import Path
from typing import Any

import torch

from mmcv import dist
from mmcv.checkpoint import class_facts
from mmcv.fileio import FileClient, dump
from mmcv.runner.hooks.hook import HOOKS
from mmcv.runner.hooks.runner import Runner

from .logger_hook import EVALUATION_FACTS, LoggerHook

_OWN = ('mode', 'epoch', 'iter', 'lr', 'time', 'data_time', 'data_share', 'memory')


@HOOKS.register_module()
class TextLoggerHook(LoggerHook):
    """Writes to the runner's logger and, one json object per line, to ``TIMESTAMP.log.json`` in the work directory.

    The first line of the json file is ``runner.meta``, with the model's classes. A training line has the means over
    the interval: ``time`` and ``data_time``, the part of it spent waiting for data, in seconds, and ``data_share``,
    their ratio; and ``memory`` in MB, the peak on the GPU, or of the process on a machine without.

    Args:
        by_epoch, interval, ignore_last, reset_flag: as for :class:`LoggerHook`.
        interval_exp_name: repeat the name of the experiment every so many iterations.
        out_dir: copy the log files into a folder of the same name in this one at the end of the run.
        out_suffix: which files that concerns.
        keep_local: whether they stay in the work directory too.
        file_client_args: without effect; ``out_dir`` says where: a folder, or ``s3://...`` and the like.
    """

    def __init__(
        self,
        by_epoch: bool = True,
        interval: int = 10,
        ignore_last: bool = True,
        reset_flag: bool = False,
        interval_exp_name: int = 1000,
        out_dir: str | None = None,
        out_suffix: str | tuple[str, ...] = ('.log.json', '.log', '.py'),
        keep_local: bool = True,
        file_client_args: dict | None = None,
    ) -> None:
        super().__init__(interval, ignore_last, reset_flag, by_epoch)
        self.interval_exp_name = interval_exp_name
        self.out_dir = out_dir
        self.file_client = FileClient.for_writing(out_dir) if out_dir is not None else None
        self.out_suffix = out_suffix
        self.keep_local = keep_local

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self.start_iter = runner.iter
        self.time_sec_tot = 0.0
        self.json_log_path = Path(runner.work_dir, f'{runner.timestamp}.log.json')
        meta = {**runner.meta, **class_facts(runner.model)}
        if meta:
            self._dump_log(meta, runner)

    def log(self, runner: Runner) -> dict[str, Any]:
        output = dict(runner.log_buffer.output)
        mode = self.get_mode(runner)
        iteration, _ = (output.pop(name, None) for name in EVALUATION_FACTS)
        if iteration is None:
            iteration = self.get_iter(runner, inner_iter=True)
        lr = runner.current_lr()
        line = {'mode': mode, 'epoch': self.get_epoch(runner), 'iter': iteration,
                'lr': {name: rates[0] for name, rates in lr.items()} if isinstance(lr, dict) else lr[0]}
        if mode == 'train':
            line['memory'] = self._get_max_memory(runner)
        if 'data_time' in output and 'time' in output:  # a hook may have cleared the buffer
            output['data_share'] = output['data_time'] / max(output['time'], 1e-9)
        line.update(output)
        self._log_info(line, runner)
        self._dump_log(line, runner)
        return line

    def _get_max_memory(self, runner: Runner) -> int:
        return peak_memory()

    def _log_info(self, log_dict: dict, runner: Runner) -> None:
        name = runner.meta.get('exp_name')
        if name and self.every_n_iters(runner, self.interval_exp_name):
            runner.logger.info(f'Exp name: {name}')
        parts = self._facts_of_training(log_dict, runner) if log_dict['mode'] == 'train' else []
        parts += [f'{key}: {value:.4f}' if isinstance(value, float) else f'{key}: {value}'
                  for key, value in log_dict.items() if key not in _OWN]
        runner.logger.info(f'{self._place(log_dict, runner)}\t{", ".join(parts)}')

    def _facts_of_training(self, line: dict, runner: Runner) -> list[str]:
        lr = {f'lr_{k}': v for k, v in line['lr'].items()} if isinstance(line['lr'], dict) else {'lr': line['lr']}
        parts = [f'{name}: {value:.3e}' for name, value in lr.items()]
        if 'time' in line:
            parts += [f'eta: {self._time_left(line["time"], runner)}', f'time: {line["time"]:.3f}']
        if 'data_time' in line:
            share = f' ({line["data_share"]:.0%})' if 'data_share' in line else ''
            parts.append(f'data_time: {line["data_time"]:.3f}{share}')
        if 'memory' in line:
            parts.append(f'memory: {line["memory"]}')
        return parts

    def _place(self, line: dict, runner: Runner) -> str:
        epoch = f'[{line["epoch"]}]' if self.by_epoch else ''
        if line['mode'] == 'val':
            return f'{"Epoch" if self.by_epoch else "Iter"}(val) {epoch}[{line["iter"]}]'
        total = len(runner.data_loader) if self.by_epoch else runner.max_iters
        return f'{"Epoch" if self.by_epoch else "Iter"} {epoch}[{line["iter"]}/{total}]'

    def _time_left(self, seconds_an_iteration: float, runner: Runner) -> str:
        self.time_sec_tot += seconds_an_iteration * self.interval
        mean = self.time_sec_tot / max(runner.finished_iters - self.start_iter, 1)
        return str(datetime.timedelta(seconds=int(mean * (runner.max_iters - runner.finished_iters))))

    @dist.master_only
    def _dump_log(self, log_dict: dict, runner: Runner) -> None:
        line = {key: self._round_float(value) for key, value in log_dict.items()}
        with open(self.json_log_path, 'a', encoding='utf-8') as file:
            file.write(dump(line, file_format='json') + '\n')

    def _round_float(self, items: Any) -> Any:
        if isinstance(items, list):
            return [self._round_float(item) for item in items]
        return round(items, 5) if isinstance(items, float) else items

    @dist.master_only
    def after_run(self, runner: Runner) -> None:
        if self.out_dir is None:
            return
        work_dir = Path(runner.work_dir)
        for path in sorted(work_dir.iterdir()):
            if path.name.endswith(self.out_suffix):
                target = self.file_client.join_path(self.out_dir, work_dir.name, path.name)
                self.file_client.put(path.read_bytes(), target)
                if not self.keep_local:
                    path.unlink()


def peak_memory() -> int:
    """MB: what torch has held on this GPU at most, or the peak of the process on a machine without."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() >> 20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> (20 if sys.platform == 'darwin' else 10)
