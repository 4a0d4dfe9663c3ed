"""Ways in a process of their own, which take their turns like those in this one."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from .measurement import Way


class Elsewhere:
    """Another Python that does some jobs and answers questions about them.

    Args:
        python: an interpreter, or what passes its arguments on to one.
        worker: the script that it runs, which ends in :func:`mmseg.benchmark.measurement.answer`.
        jobs: by the name of a function in ``worker``, its arguments; anything that torch.save takes. What it returns
            does the work once.
        threads: of torch there; 0 leaves them to the worker. By default as many as here.
        environment: variables that it gets besides ours; one that is None it does not get.
        prefix: a command that is given the interpreter and its arguments to run.

    Raises:
        ValueError: there is no such program; later, it ends without an answer.
    """

    def __init__(
        self, python: str, worker: Path, jobs: dict[str, dict[str, object]], threads: int | None = None,
        environment: Mapping[str, str | None] | None = None, prefix: Sequence[str] = (),
    ) -> None:
        self._process: subprocess.Popen | None = None
        if shutil.which(python) is None:
            raise ValueError(f'--against {python}: there is no such program')
        self.worker = worker
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name, 'jobs.pth')
        torch.save(_bare(jobs), path)
        # Without what may lead it to this mmseg; a script instead of an interpreter may set a path of its own.
        variables = {**os.environ, 'PYTHONPATH': None, **(environment or {})}
        threads = torch.get_num_threads() if threads is None else threads
        self._process = subprocess.Popen(
            [*prefix, python, '-W', 'ignore', str(worker), str(path), str(threads), Way.clock.__name__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self._folder.name,
            env={key: value for key, value in variables.items() if value is not None})

    def ask(self, job: str, what: str) -> float | int | None:
        """What the method ``what`` of the :class:`Way` to do ``job`` returns over there."""
        self._process.stdin.write(f'{job} {what}\n')
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith('ANSWER '):
                return json.loads(line[7:])
        raise ValueError(f'{self.worker.name} ended without an answer; does the Python of --against have mmcv 1.x '
                         'and mmsegmentation 0.30?')

    def __del__(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class There:
    """A way (:class:`~mmseg.benchmark.measurement.Timed`) that another process does.

    Args:
        process: which one.
        job: one of its jobs.
        counted: count multiplications, for which the work is done once more.
    """

    moves, precision = 0, 'float32'

    def __init__(self, process: Elsewhere, job: str, counted: bool = True) -> None:
        self.process = process
        self.job = job
        self.counted = counted

    def seconds(self) -> float:
        """The time of one run, taken over there."""
        return self.process.ask(self.job, 'seconds')

    def peak(self) -> int | None:
        """As :meth:`Way.peak`."""
        return self.process.ask(self.job, 'peak')

    def flops(self) -> int:
        """As :meth:`Way.flops`."""
        return self.process.ask(self.job, 'flops') if self.counted else 0


def _bare(value: object) -> object:
    """Without our own classes, which the other side cannot read."""
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return type(value)(map(_bare, value)) if type(value) in (list, tuple) else value
