"""Timing: the ways of a case take turns, so that what disturbs the machine disturbs all of them."""

import ctypes
import gc
import json
import math
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch.utils.flop_counter import FlopCounterMode


class Timed(Protocol):
    """What can be measured: one way to do the work of a case, in this process or elsewhere.

    Attributes:
        moves: bytes that have to be read and written at least, for the share of the copy bandwidth; 0 if not known.
        precision: of its matrix products, 'float32', 'tf32', 'bfloat16' or 'float16', for the share of the best.
    """

    moves: int
    precision: str

    def seconds(self) -> float:
        """The time of one run."""

    def peak(self) -> int | None:
        """The bytes by which memory grows at most during one run; None where this cannot be told."""

    def flops(self) -> int:
        """Twice the multiplications of convolutions and matrix products in one run; 0 if they are not counted."""


class Way:
    """One way to do the work of a case, in this process.

    Args:
        run: does it once.
        device: where; 'cuda' is waited for.
        moves: as in :class:`Timed`.
        precision: as in :class:`Timed`.

    Attributes:
        clock: of all ways: ``time.perf_counter``, or ``time.process_time`` for what the processor spent.
    """

    clock = staticmethod(time.perf_counter)

    def __init__(
        self, run: Callable[[], object], device: str = 'cpu', moves: int = 0, precision: str = 'float32',
    ) -> None:
        self.run = run
        self.device = device
        self.moves = moves
        self.precision = precision

    def seconds(self) -> float:
        """The seconds of one run."""
        self._wait()
        started = self.clock()
        self.run()
        self._wait()
        return self.clock() - started

    def peak(self) -> int | None:
        """The bytes by which memory grows at most during one run; None where this system cannot tell."""
        gc.collect()
        if self.device == 'cuda':
            before = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
            self.run()
            return torch.cuda.max_memory_allocated() - before
        return resident_growth(self.run)

    def flops(self) -> int:
        """Twice the multiplications of convolutions and matrix products in one run."""
        counter = FlopCounterMode(display=False, custom_mapping=_formulas())
        with torch.compiler.set_stance('force_eager'), counter:  # compiled graphs count nothing
            self.run()
        return counter.get_total_flops()

    def _wait(self) -> None:
        if self.device == 'cuda':
            torch.cuda.synchronize()


def _winograd_flops(x_shape: Sequence[int], *args: object, out_shape: Sequence[int], **_: object) -> int:
    edge = args[-1]
    return 2 * math.prod(out_shape) * x_shape[1] * (edge + 2) * 6 // (edge * 4)  # 24 products per tile of 2 x 4 outputs


def _winograd_weight_flops(grad_shape: Sequence[int], x_shape: Sequence[int], *_: object, **__: object) -> int:
    return 2 * math.prod(grad_shape) * x_shape[1] * 24 // 8


def _depthwise_flops(x_shape: Sequence[int], weight_shape: Sequence[int], *_: object, out_shape: Sequence[int],
                     **__: object) -> int:
    return 2 * math.prod(out_shape) * math.prod(weight_shape[2:])


def _depthwise_weight_flops(grad_shape: Sequence[int], x_shape: Sequence[int], kernel: Sequence[int], *_: object,
                            **__: object) -> int:
    return 2 * math.prod(grad_shape) * math.prod(kernel)


def _attention_flops(query: Sequence[int], key: Sequence[int], value: Sequence[int], *_: object, **__: object) -> int:
    return 2 * math.prod(query[:3]) * key[2] * (query[3] + value[3])


def _attention_backward_flops(grad: Sequence[int], query: Sequence[int], key: Sequence[int], value: Sequence[int],
                              *_: object, **__: object) -> int:
    return 2 * math.prod(query[:3]) * key[2] * (3 * query[3] + 2 * value[3])  # the products once more, and four others


def _formulas() -> dict[object, Callable[..., int]]:
    """What torch cannot count; a rival, which loads this file as well, has no operators of ours."""
    own = {'winograd_conv': _winograd_flops, 'winograd_conv_weight': _winograd_weight_flops,
           'depthwise_conv': _depthwise_flops, 'depthwise_conv_weight': _depthwise_weight_flops}
    return {
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention_flops,
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward_flops,
        **{getattr(torch.ops.mmcv, name): formula for name, formula in own.items() if hasattr(torch.ops.mmcv, name)},
    }


class Case(NamedTuple):
    """A piece of work and the ways to do it; the first is the one that the others are compared with.

    Attributes:
        name: what is done.
        ways: by name.
        samples: images that one run is done with; 0 where nobody counts them.
    """

    name: str
    ways: dict[str, Timed]
    samples: int = 0


def resident_growth(run: Callable[[], object]) -> int | None:
    """By how many bytes the resident memory of this process grows at most during ``run()`` (Linux)."""
    status, refs = Path('/proc/self/status'), Path('/proc/self/clear_refs')
    try:
        ctypes.CDLL(None).malloc_trim(0)
        refs.write_text('5')  # resets the high-water mark
    except (OSError, AttributeError):
        return None
    before = _kilobytes(status, 'VmRSS')
    run()
    return max(0, _kilobytes(status, 'VmHWM') - before) * 1024


def _kilobytes(status: Path, name: str) -> int:
    return int(re.search(rf'{name}:\s+(\d+) kB', status.read_text()).group(1))


def measure(case: Case, rounds: int, machine: dict) -> Iterator[dict]:
    """One row per way: median, quartiles, ratio to the first way, peak memory, and shares of the machine's best.

    Args:
        case: what to measure.
        rounds: how often each way runs, after a warm-up.
        machine: of :func:`~mmseg.benchmark.describe_machine`.
    """
    flops = {name: way.flops() for name, way in case.ways.items()}
    for way in case.ways.values():
        way.seconds()  # what is compiled is compiled now
    times = {name: [] for name in case.ways}
    for _ in range(rounds):
        for name, way in case.ways.items():
            times[name].append(way.seconds())
    first = statistics.median(next(iter(times.values())))
    for name, way in case.ways.items():
        low, middle, high = quartiles(times[name])
        best = machine['matmul_flops_per_s'].get(way.precision, math.inf)
        yield dict(
            case=case.name, way=name, median_s=middle, low_s=low, high_s=high, ratio=first / middle,
            samples_per_s=case.samples / middle, peak_bytes=way.peak(), flops=flops[name], precision=way.precision,
            matmul_share=flops[name] / middle / best,
            bytes=way.moves, copy_share=way.moves / middle / machine['copy_bytes_per_s'])


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The 25th, 50th and 75th percentile."""
    if len(values) < 2:
        return (values[0],) * 3
    return tuple(statistics.quantiles(values, n=4, method='inclusive'))


def trace(case: Case, folder: Path) -> None:
    """Write a trace of one run of each way into a folder, for perfetto, and print where the time went."""
    for name, way in case.ways.items():
        if not isinstance(way, Way):
            continue
        way.run()  # what only the first run does is no part of the others
        with torch.profiler.profile() as profile:
            way.seconds()
        path = folder / f'{re.sub("[^A-Za-z0-9]+", "-", f"{case.name}-{name}")}.json'
        profile.export_chrome_trace(str(path))
        print(f'{case.name}: {name}: {path}')
        print(profile.key_averages().table(sort_by=f'self_{way.device}_time_total', row_limit=12))


def answer(work: Mapping[str, Callable[..., Callable[[], object]]], jobs: str, threads: str, clock: str) -> None:
    """In a process of its own: to each line 'JOB METHOD' on stdin, print what the method of the job's way returns.

    Args:
        work: by the name of a job, what makes a run of its arguments; called at the job's first line.
        jobs: path of what torch.save wrote: by name, arguments.
        threads: of torch; 0 leaves them as they are.
        clock: a function of ``time``.
    """
    if int(threads):
        torch.set_num_threads(int(threads))
    Way.clock = staticmethod(getattr(time, clock))
    arguments, ways = torch.load(jobs, weights_only=False), {}
    for line in sys.stdin:
        job, method = line.split()
        if job not in ways:
            ways[job] = Way(work[job](**arguments.pop(job)))
        print('ANSWER', json.dumps(getattr(ways[job], method)()), flush=True)
