"""How fast this processor convolves in each way: measured in about a second, and kept in a file."""

import functools
import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmcv.fileio import atomic_write, cache_home
from mmcv.utils import one_line, processor

from ._load import EXTENSION
from .conv2d import conv2d
from .onednn_conv import has_onednn, onednn_conv, suits_onednn
from .winograd_conv import winograd_edge

WORKS = ('inference', 'training')


class Way(NamedTuple):
    """One way to convolve on a CPU.

    Attributes:
        channels_last: how maps and weights lie in memory.
        winograd: of :func:`mmcv.ops.conv2d`.
        half: the half type to multiply in, under autocast; None is float32.
    """

    channels_last: bool = False
    winograd: bool | int = True
    half: str | None = None


#: What runs in float32 whose config says nothing.
FIXED = Way(channels_last=has_onednn())

#: The seconds that each of ``BLOCKS`` took, round by round.
Times = dict[Way, list[tuple[float, ...]]]

_FEWEST, _MOST, _SECONDS = 3, 6, 1.0  # rounds, of which the first is cold, and when to begin no other one
_HOPELESS = 1.05  # times as slow as the fixed way after two rounds


class _Layer(NamedTuple):
    """A convolution with its norm and ReLU."""

    inputs: int
    outputs: int
    kernel: int
    groups: int = 1

    @property
    def padding(self) -> tuple[int, int]:
        return self.kernel // 2, self.kernel // 2


# As of ResNets, and as of MobileNets and Fast-SCNN: what is faster for one may be slower for the other.
BLOCKS: dict[str, tuple[_Layer, ...]] = {
    'wide': (_Layer(512, 256, 1), _Layer(256, 256, 3)),
    'light': (_Layer(48, 288, 1), _Layer(288, 288, 3, groups=288), _Layer(288, 48, 1)),
}
_RUNS = {'wide': 1, 'light': 3}  # short ones more often
# Rows and columns of the maps: the least that Winograd's larger tiles are for.
_SIDES = {'inference': 64, 'training': 32}


def times_of(work: str, anew: bool = False) -> Times:
    """The times of each way; measured if no file of this machine has them.

    Args:
        work: 'inference' or 'training'.
        anew: measure in any case.
    """
    known = work, torch.get_num_threads()
    if anew or known not in _KNOWN:
        path = kept_at(work)
        _KNOWN[known] = (None if anew else _read(path)) or _measure_and_keep(work, path)
    return _KNOWN[known]


_KNOWN: dict[tuple[str, int], Times] = {}  # to this process


def _measure_and_keep(work: str, path: Path) -> Times:
    times = measure(work)  # two processes at once both do so, and either file will do
    try:
        _write(path, times)
    except OSError as error:
        _logger().warning(f'{one_line(error)}: what was measured of this processor is forgotten')
    return times


def kept_at(work: str) -> Path:
    """The file for this machine, number of threads and torch, below :func:`mmcv.fileio.cache_home`."""
    digest = hashlib.sha256(json.dumps(machine()).encode()).hexdigest()
    return cache_home() / 'speed' / f'{work}-{digest[:12]}.json'


def machine() -> dict[str, str | int | bool | None]:
    """What the times depend on."""
    return {
        'processor': processor(),
        'instructions': torch.backends.cpu.get_cpu_capability(),
        'multiplies bfloat16': _multiplies_bfloat16(),
        'threads': torch.get_num_threads(),
        'torch': torch.__version__,
        'operators': EXTENSION and EXTENSION.build_key}


def ways(work: str) -> list[Way]:
    """The ways that differ on this machine, the fixed one first."""
    winograd: tuple[bool | int, ...] = (True, False, 4) if work == 'inference' else (True, False)
    single = [(tiles, None) for tiles in (winograd if EXTENSION else (True,))]
    half = [(True, 'bfloat16')] if _multiplies_bfloat16() else []
    usual = FIXED.channels_last
    return [Way(layout, *rest) for layout in (usual, not usual) for rest in single + half]


@torch.inference_mode(False)  # whatever the caller is in
def measure(work: str, seconds: Callable[[Way, str], float] | None = None) -> Times:
    """Time all ways, which take turns; those that cannot win any more are left out after two rounds.

    Args:
        work: 'inference' or 'training'.
        seconds: runs a block in a way, and gives its time; None runs real ones.
    """
    seconds = seconds or _stopwatch(work)
    times: Times = {way: [] for way in ways(work)}
    running, started = list(times), time.perf_counter()
    for number in range(_MOST):
        if number >= _FEWEST and time.perf_counter() - started > _SECONDS:
            break
        light: dict[Way, float] = {}  # Winograd is for wide convolutions, and leaves these as they are
        for way in running:
            alike = way._replace(winograd=True)
            if alike not in light:
                light[alike] = seconds(alike, 'light')
            times[way].append((seconds(way, 'wide'), light[alike]))
        if number > 0:
            most = _HOPELESS * sum(least(times[FIXED]))
            running = [way for way in running if sum(least(times[way])) <= most]
    return times


def least(rounds: Sequence[tuple[float, ...]], rank: int = 0) -> list[float]:
    """The best time of each block, or with ``rank`` 1 the second best."""
    return [sorted(seconds)[rank] for seconds in zip(*rounds)]


def _stopwatch(work: str) -> Callable[[Way, str], float]:
    """The time of a block; of one thread the processor's time, which others on the machine do not disturb."""
    clock = time.thread_time if torch.get_num_threads() == 1 else time.perf_counter
    generator = torch.Generator().manual_seed(0)  # torch's own stays as it is

    @functools.cache
    def drawn(*size: int) -> Tensor:
        return torch.randn(size, generator=generator, dtype=torch.float32, device='cpu') / math.sqrt(size[1])

    @functools.cache
    def block(way: Way, name: str) -> Callable[[], None]:
        return _block(way, BLOCKS[name], _SIDES[work], work == 'training', drawn)

    def once(run: Callable[[], None]) -> float:
        started = clock()
        run()
        return clock() - started

    return lambda way, name: min(once(block(way, name)) for _ in range(_RUNS[name]))


def _block(
    way: Way, layers: Sequence[_Layer], side: int, trains: bool, drawn: Callable[..., Tensor],
) -> Callable[[], None]:
    """Convolutions, each with its norm and ReLU: forward, and backward in training."""
    layout = torch.channels_last if way.channels_last else torch.contiguous_format
    sizes = [(1, layers[0].inputs, side, side),
             *((layer.outputs, layer.inputs // layer.groups, layer.kernel, layer.kernel) for layer in layers)]
    x, *weights = (drawn(*size).detach().contiguous(memory_format=layout).requires_grad_(trains) for size in sizes)
    means, variances = ([torch.full((layer.outputs,), value, dtype=torch.float32, device='cpu') for layer in layers]
                        for value in (0.0, 1.0))

    def run() -> None:
        half = torch.bfloat16 if way.half else None
        with torch.set_grad_enabled(trains), torch.autocast('cpu', half, enabled=half is not None):
            y = x
            for layer, weight, mean, variance in zip(layers, weights, means, variances):
                if trains or half is not None:
                    y = conv2d(y, weight, None, padding=layer.padding, groups=layer.groups, winograd=way.winograd)
                    y = F.relu(F.batch_norm(y, mean, variance, training=trains))
                else:
                    y = _joined(y, weight, mean, layer, way.winograd)
        if trains:
            torch.autograd.grad(y.sum(), [x, *weights])

    return run


def _joined(x: Tensor, weight: Tensor, bias: Tensor, layer: _Layer, winograd: bool | int) -> Tensor:
    """As inference does on a CPU: the norm is a part of the convolution, and the ReLU where oneDNN convolves."""
    geometry = (1, 1), layer.padding, (1, 1), layer.groups
    if suits_onednn(x, weight) and not winograd_edge(x, weight, *geometry, winograd):
        return onednn_conv(x, weight, bias, *geometry, 'relu')
    return F.relu(conv2d(x, weight, bias, *geometry, winograd))


def _multiplies_bfloat16() -> bool:
    """Whether the processor has an instruction for it: without one a single layer takes seconds."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def _read(path: Path) -> Times | None:
    """The times in a file; None where there is none, and for one that is damaged or another machine's."""
    try:
        content = json.loads(path.read_text())
        times = {Way(*way): [tuple(map(float, seconds)) for seconds in rounds] for way, rounds in content['times']}
        if content['machine'] == machine() and list(times) == ways(path.name.partition('-')[0]) and _are_sound(times):
            return times
        reason = 'not of this machine, or not whole'
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        reason = one_line(error)
    _logger().warning(f'{path}: {reason}: measuring again')
    return None


def _are_sound(times: Times) -> bool:
    return all(len(rounds) > 1 and all(len(seconds) == len(BLOCKS) and all(0 < value < math.inf for value in seconds)
                                       for seconds in rounds) for rounds in times.values())


def _write(path: Path, times: Times) -> None:
    content = {'machine': machine(), 'times': [[list(way), rounds] for way, rounds in times.items()]}
    with atomic_write(path, 'w') as file:
        json.dump(content, file)


def _logger() -> logging.Logger:
    return logging.getLogger('mmcv')
