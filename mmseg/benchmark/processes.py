"""Work that several processes share, each with its part of the batch."""

import functools
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from torch import distributed


class Processes:
    """A way (:class:`~mmseg.benchmark.measurement.Timed`) that runs in a process group; it starts with the first run.

    Args:
        count: processes.
        job: called as ``job(rank)`` in each of them, at the top level of a module; returns what does the work once.
        device: 'cuda' takes one GPU per process, 'cpu' ``threads`` threads.
        threads: of each process.
    """

    moves, precision = 0, 'float32'

    def __init__(
        self, count: int, job: Callable[[int], Callable[[], object]], device: str = 'cpu', threads: int = 1,
    ) -> None:
        self.count = count
        self.job = job
        self.device = device
        self.threads = threads

    @functools.cached_property
    def _group(self) -> list[Connection]:
        """Our end of the line to each process; at the end of it the process ends too."""
        self._folder, context, lines = tempfile.TemporaryDirectory(), get_context('spawn'), []
        store = Path(self._folder.name, 'store').as_uri()
        for rank in range(self.count):
            ours, theirs = context.Pipe()
            arguments = (theirs, rank, self.count, store, self.job, self.device, self.threads)
            context.Process(target=_serve, args=arguments, daemon=True).start()
            theirs.close()
            lines.append(ours)
        for line in lines:
            line.recv()
        return lines

    def seconds(self) -> float:
        """The time until the last process has done its work once."""
        lines = self._group
        started = time.perf_counter()
        for line in lines:
            line.send(None)
        for line in lines:
            line.recv()
        return time.perf_counter() - started

    def peak(self) -> None:
        """Not known: the memory is that of other processes."""

    def flops(self) -> int:
        """Not counted in other processes."""
        return 0


def _serve(
    line: Connection, rank: int, count: int, store: str, job: Callable[[int], Callable[[], object]], device: str,
    threads: int,
) -> None:
    """In each process: do the work whenever a message comes, and answer when it is done."""
    torch.set_num_threads(threads)
    if device == 'cuda':
        torch.cuda.set_device(rank)
    distributed.init_process_group('nccl' if device == 'cuda' else 'gloo', store, rank=rank, world_size=count)
    work = job(rank)
    line.send(None)
    try:
        while True:
            line.recv()
            work()
            if device == 'cuda':
                torch.cuda.synchronize()
            line.send(None)
    except EOFError:  # the benchmark has what it wants
        distributed.destroy_process_group()
