"""glibc keeps the memory that it is told to keep; what a model does with that is in test_speed.py."""

import platform
import subprocess
import sys

import pytest


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='these are settings of glibc')
def test_large_maps_are_not_taken_from_the_system_anew():
    code = """
import resource, torch
from mmseg.assembly.memory import KeepFreedMemory
KeepFreedMemory()
faults = []
for _ in range(40):  # small tensors settle between the large ones first
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(1 << 24)  # 64 MB, 16384 pages
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(max(faults[-5:]))
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1000


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='other libraries do not tell')
def test_what_is_free_between_maps_in_use_is_counted():
    code = """
import torch
from mmseg.assembly.memory import _bytes_in_holes, keep_freed_memory
keep_freed_memory()
maps = [torch.empty(1 << 20) for _ in range(20)]
before = _bytes_in_holes()
del maps[::2]  # 10 of 4 MB
print(_bytes_in_holes() - before)
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == pytest.approx(10 << 22, rel=0.01)
