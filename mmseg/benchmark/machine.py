"""What the machine reaches at best: matrix products in each precision, and copies."""

import platform
from collections.abc import Callable

import torch

from mmcv.amp import native_half
from mmcv.config import Config
from mmcv.utils import processor

from .measurement import Way
from .precision import backends

# Large enough for the best rate, small enough for seconds.
_SIDES = {'cpu': 2048, 'cuda': 8192}
_COPIED = {'cpu': 1 << 27, 'cuda': 1 << 30}


def describe_machine(device: str) -> dict:
    """The device, its software, and its best: ``matmul_flops_per_s`` by precision, and ``copy_bytes_per_s``.

    Precisions are those that the device multiplies by itself: 'float32', on a GPU 'tf32', and its half type.
    """
    half = native_half(device)
    precisions = ['float32', *(['tf32'] if device == 'cuda' else []), *([half] if half else [])]
    return dict(
        device=torch.cuda.get_device_name() if device == 'cuda' else processor(),
        threads=torch.get_num_threads(), torch=torch.__version__, python=platform.python_version(),
        matmul_flops_per_s={precision: _matmul_rate(device, precision) for precision in precisions},
        copy_bytes_per_s=_copy_rate(device))


def _matmul_rate(device: str, precision: str) -> float:
    side = _SIDES[device]
    a, b = torch.randn(2, side, side, device=device)
    if precision in ('bfloat16', 'float16'):
        a, b = a.to(getattr(torch, precision)), b.to(getattr(torch, precision))
    with backends(Config(dict(tf32=precision == 'tf32'))):
        return 2 * side**3 / _best(lambda: a @ b, device)


def _copy_rate(device: str) -> float:
    a, b = torch.zeros(2, _COPIED[device] // 4, device=device)
    return 2 * _COPIED[device] / _best(lambda: b.copy_(a), device)


def _best(run: Callable[[], object], device: str) -> float:
    return min(Way(run, device).seconds() for _ in range(8))
