"""mmsegmentation 0.30 in a process of its own, which does the same work in turn."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import torch

WORKER = Path(__file__).with_name('rival_worker.py')


class Rival:
    """A way (:class:`~mmseg.benchmark.measure.Timed`) that runs in another Python.

    Args:
        python: an interpreter that has mmcv 1.x and mmsegmentation 0.30.
        job: a function of ``rival_worker.py``.
        arguments: its arguments; anything that torch.save takes.
    """

    moves, precision = 0, 'float32'
    _process: subprocess.Popen | None = None

    def __init__(self, python: str, job: str, **arguments: object) -> None:
        if shutil.which(python) is None:
            raise ValueError(f'--against {python}: there is no such program')
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name, 'arguments.pth')
        torch.save(_bare(arguments), path)
        # In another folder, so that its mmseg is not ours.
        self._process = subprocess.Popen(
            [python, '-I', '-W', 'ignore', str(WORKER), job, str(path), str(torch.get_num_threads())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self._folder.name)

    def _ask(self, what: str) -> float | int | None:
        self._process.stdin.write(f'{what}\n')
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith('RIVAL '):
                return json.loads(line[6:])
        raise ValueError(f'{WORKER.name} ended without an answer; does the Python of --against have mmcv 1.x '
                         'and mmsegmentation 0.30?')

    def seconds(self) -> float:
        """The time of one run, taken over there."""
        return self._ask('seconds')

    def peak(self) -> int | None:
        """As :meth:`Way.peak`."""
        return self._ask('peak')

    def flops(self) -> int:
        """As :meth:`Way.flops`."""
        return self._ask('flops')

    def __del__(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _bare(value: object) -> object:
    """Without our own classes, which the other side cannot read."""
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return type(value)(map(_bare, value)) if type(value) in (list, tuple) else value
