"""Waiting awake or asleep: by how long this process's threads have stood ready without a core."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmcv.utils import waiting

ROOT = Path(__file__).parents[3]
needs_counts = pytest.mark.skipif(not waiting.can_watch(), reason='this system does not count how long threads wait')
ALONE = {name: value for name, value in os.environ.items() if name not in ('OMP_WAIT_POLICY', 'OMP_NUM_THREADS')}

# What the watching thread sees is given; what it does is counted in threads of the process.
TEAM = """
import os, time, torch
from mmcv.utils import waiting

waited = 0.0
def delays():
    delays.total += waited
    return {'main': delays.total}
delays.total = 0.0
waiting._delays, waiting.PERIOD, waiting.CALM_PERIODS = delays, 0.02, 3

def count(expected):
    for _ in range(500):
        if (found := len(os.listdir('/proc/self/task')) - at_first) == expected:
            return found
        time.sleep(0.02)
    return found

torch.zeros(1 << 18).add_(1)  # this thread's own team
waiting.watch_cores()
waiting.watch_cores()
at_first = len(os.listdir('/proc/self/task'))
said = [count(0)]
waited = 0.02
said.append(count(2))
waited = 0.001  # neither crowded nor calm
time.sleep(0.3)
said.append(count(2))
waited = 0.0
said.append(count(0))
waited = 0.02
said.append(count(2))
print(said)
"""
CROWD = """
import os, sys, time
from mmcv.utils import waiting

os.sched_setaffinity(0, [int(sys.argv[1])])
print(flush=True)
sys.stdin.readline()
before = sum(waiting._delays().values())
end = time.monotonic() + 1
while time.monotonic() < end:
    pass
print(sum(waiting._delays().values()) - before)
"""


@needs_counts
def test_a_team_of_its_own_comes_while_the_cores_are_crowded_and_goes_when_they_are_calm():
    said = subprocess.check_output([sys.executable, '-c', TEAM], cwd=ROOT, text=True,
                                   env={**ALONE, 'OMP_NUM_THREADS': '2'})
    assert said == '[0, 2, 2, 0, 2]\n'


@needs_counts
def test_waiting_is_seen_of_processes_that_share_a_core():
    core = str(min(os.sched_getaffinity(0)))
    several = [subprocess.Popen([sys.executable, '-c', CROWD, core], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE) for _ in range(2)]
    for process in several:
        process.stdout.readline()
    for process in several:
        process.stdin.write('\n')
        process.stdin.flush()
    waited = [float(process.communicate()[0]) for process in several]
    assert max(waited) > waiting.CROWDED


def test_before_torch_is_loaded_there_is_nothing_to_move():
    code = 'import sys, time\nfrom mmcv.utils import waiting\nwaiting.PERIOD = 0.01\n' \
           'waiting._delays = lambda: {"main": time.monotonic()}\nwaiting.watch_cores()\ntime.sleep(0.3)\n' \
           'print("torch" in sys.modules)'
    assert subprocess.check_output([sys.executable, '-c', code], cwd=ROOT, text=True) == 'False\n'


def test_a_system_that_counts_nothing_cannot_be_watched(tmp_path, monkeypatch):
    monkeypatch.setattr(waiting, '_TASKS', tmp_path)
    assert not waiting.can_watch()
    (tmp_path / '7').mkdir()
    (tmp_path / '7' / 'schedstat').write_text('no numbers\n')
    assert not waiting.can_watch()
