"""What a bug report needs to know about the machine."""

import importlib.util
import os
import platform
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import torch

from .threads import chosen_threads

#: Under this name :func:`collect_env` says in many lines how PyTorch was built.
BUILD_DETAILS = 'PyTorch compiling details'


def collect_env() -> dict[str, str | bool]:
    """Versions of Python, torch, CUDA, compilers, OpenCV and this package; the GPUs and whether the extension is there.

    Returns:
        {what: text}, in the order in which to print it.
    """
    import cv2

    from mmcv.version import __version__

    env = {'sys.platform': sys.platform, 'Python': sys.version.replace('\n', '')}
    env['CPU'] = f'{processor()}, {os.cpu_count()} cores'
    env['Threads'] = chosen_threads()
    env['CUDA available'] = torch.cuda.is_available()
    env |= _cuda() if env['CUDA available'] else {}
    env['GCC'] = _first_line('gcc', '--version') or 'n/a'
    env['PyTorch'] = torch.__version__
    env[BUILD_DETAILS] = torch.__config__.show()
    env['TorchVision'] = _torchvision()
    env['OpenCV'] = cv2.__version__
    env['MMCV'] = __version__
    env['MMCV extension'] = 'built' if importlib.util.find_spec('mmcv._ext') else 'not built: slower, but all works'
    return env


def _cuda() -> dict[str, str]:
    from torch.utils.cpp_extension import CUDA_HOME

    devices = defaultdict(list)
    for index in range(torch.cuda.device_count()):
        devices[torch.cuda.get_device_name(index)].append(str(index))
    env = {f'GPU {",".join(indices)}': name for name, indices in devices.items()}
    env['CUDA_HOME'] = CUDA_HOME or 'n/a'
    nvcc = _last_line(str(Path(CUDA_HOME, 'bin', 'nvcc')), '--version') if CUDA_HOME else None
    env['NVCC'] = nvcc or 'n/a'
    return env


def processor() -> str:
    """The name of the processor, 'AMD EPYC 9R14' for instance; only its architecture where the system tells no more."""
    cpuinfo = Path('/proc/cpuinfo')
    model = re.search(r'model name\s*:\s*(.+)', cpuinfo.read_text()) if cpuinfo.exists() else None
    return model[1] if model else platform.processor() or platform.machine()


def _torchvision() -> str:
    from importlib.metadata import PackageNotFoundError, version  # an import of it takes a second
    try:
        return version('torchvision')
    except PackageNotFoundError:
        return 'n/a'


def _lines(*command: str) -> list[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()
    except (OSError, subprocess.CalledProcessError):
        return []


def _first_line(*command: str) -> str | None:
    return next(iter(_lines(*command)), None)


def _last_line(*command: str) -> str | None:
    return next(reversed(_lines(*command)), None)
