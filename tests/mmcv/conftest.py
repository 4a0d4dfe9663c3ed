"""Several processes that talk to each other, for what is to work among ranks."""

import multiprocessing
import re
import runpy
import socket
import textwrap
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

BEFORE = """
import atexit, os, sys
from pathlib import Path
for descriptor in (1, 2):
    os.dup2(os.open(f'{OUTPUT}.{descriptor}', os.O_WRONLY | os.O_CREAT), descriptor)
os.environ.update(SETTINGS)
import torch
from mmcv import dist
torch.set_num_threads(1)
dist.init_dist('pytorch', timeout=120)
rank, world_size = dist.get_dist_info()
"""
AFTER = '\natexit._run_exitfuncs()  # multiprocessing leaves without it\n'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


@pytest.fixture
def run_ranks(tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """``run_ranks(code, count=2)``: run a script in so many processes as torchrun would; their outputs, in order.

    ``init_dist('pytorch')`` has been called; ``rank`` and ``tmp_path`` are there. The processes are forked from a
    server that has imported everything (see tests/conftest.py): they start in a fraction of a second.
    """
    context = multiprocessing.get_context('forkserver')
    processes: list[BaseProcess] = []

    def run(code: str, count: int = 2, timeout: float = 300) -> list[str]:
        script = tmp_path / 'script.py'
        script.write_text(BEFORE + f'tmp_path = Path({str(tmp_path)!r})\n' + textwrap.dedent(code) + AFTER)
        shared = {'WORLD_SIZE': str(count), 'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': str(free_port())}
        outputs = [tmp_path / f'output_{len(processes) + rank}' for rank in range(count)]
        started = []
        for rank, output in enumerate(outputs):
            names = {'OUTPUT': str(output), 'SETTINGS': {**shared, 'RANK': str(rank), 'LOCAL_RANK': str(rank)}}
            started.append(context.Process(target=runpy.run_path, args=(str(script), names)))
            started[-1].start()
        processes.extend(started)
        deadline = time.monotonic() + timeout
        for process, output in zip(started, outputs):
            process.join(max(0, deadline - time.monotonic()))
            assert process.exitcode == 0, output.with_name(f'{output.name}.2').read_text()
        # torch 2.10's gloo says on stdout that it is connected
        return [re.sub(r'(?m)^\[Gloo\].*\n', '', output.with_name(f'{output.name}.1').read_text())
                for output in outputs]

    yield run
    for process in processes:
        if process.exitcode is None:
            process.kill()
            process.join()
