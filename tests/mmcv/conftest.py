"""Several processes that talk to each other, for what is to work among ranks."""

import os
import re
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


@pytest.fixture
def run_ranks(tmp_path):
    """``run_ranks(code, count=2)``: run a script in so many processes as torchrun would; their outputs, in order.

    ``init_dist('pytorch')`` has been called; ``rank`` and ``tmp_path`` are there.
    """

    def run(code, count=2, timeout=120):
        script = tmp_path / 'script.py'
        script.write_text('import sys; from pathlib import Path; import torch; from mmcv import dist\n'
                          f'dist.init_dist("pytorch", timeout=60); tmp_path = Path({str(tmp_path)!r})\n'
                          f'rank, world_size = dist.get_dist_info()\n{textwrap.dedent(code)}\n')
        env = {**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1', 'WORLD_SIZE': str(count),
               'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': str(free_port())}
        running = [
            subprocess.Popen([sys.executable, str(script)], env={**env, 'RANK': str(rank), 'LOCAL_RANK': str(rank)},
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for rank in range(count)]
        try:
            outputs = [process.communicate(timeout=timeout) for process in running]
        finally:
            for process in running:
                process.kill()
        for process, (_, errors) in zip(running, outputs):
            assert process.returncode == 0, errors
        # torch 2.10's gloo says on stdout that it is connected
        return [re.sub(r'(?m)^\[Gloo\].*\n', '', output) for output, _ in outputs]

    return run
