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
from mmseg.assembly import memory
memory.keep_freed_memory()
maps = [torch.ones(1 << 20) for _ in range(20)]
memory._trim()
before = memory._bytes_in_holes()
del maps[::2]  # 10 of 4 MB
free = memory._bytes_in_holes()
memory._trim()
print(before, free, memory._bytes_in_holes())
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    before, free, after = map(float, done.stdout.split())
    assert free - before == pytest.approx(10 << 22, rel=0.01)
    assert abs(before) < 1 << 20
    assert abs(after) < 1 << 20  # what has gone back is no hole
