"""The suite of shared cores: what its processes are told, and the quota that holds for them."""

import subprocess
import sys

import pytest

from mmseg.benchmark.elsewhere import Elsewhere
from mmseg.benchmark.measurement import measure
from mmseg.benchmark.suites import Options
from mmseg.benchmark.suites.shared import LAUNCHED, NEIGHBOURS, QUOTAS, WAYS, _control_group, _may_limit, shared

MACHINE = dict(matmul_flops_per_s={}, copy_bytes_per_s=1e9)
WORKER = """
import json, os, sys
for line in sys.stdin:
    print('ANSWER', json.dumps(os.environ.get(line.split()[0])), flush=True)
"""


def test_a_case_per_situation_and_no_process_that_nobody_asked_for():
    cases = list(shared(Options(only='nothing'), size=(64, 64), batch=2))
    assert len(cases) == 2 + len(NEIGHBOURS) + len(QUOTAS)
    assert [case.name.rsplit(', ', 1)[1].split()[0] for case in cases] == [
        'alone', *['beside'] * len(NEIGHBOURS), str(LAUNCHED), *['with'] * len(QUOTAS)]
    assert not any(case.ways for case in cases)


@pytest.mark.parametrize('way', WAYS)
def test_processes_see_neither_what_was_chosen_here_nor_what_the_user_set(way, tmp_path, monkeypatch):
    monkeypatch.setenv('OMP_NUM_THREADS', '7')
    monkeypatch.setenv('MMCV_THREADS', 'chosen for the benchmark')
    worker = tmp_path / 'worker.py'
    worker.write_text(WORKER)
    process = Elsewhere(sys.executable, worker, {}, 0, WAYS[way])
    assert process.ask('OMP_NUM_THREADS', 'is') is None
    assert process.ask('MMCV_THREADS', 'is') == WAYS[way]['MMCV_THREADS']
    assert process.ask('OMP_WAIT_POLICY', 'is') == ('passive' if way == 'always asleep' else None)


@pytest.mark.skipif(not _may_limit(), reason='only root may make a control group, and only where they can be written')
def test_a_control_group_holds_for_what_its_processes_may_use():
    ask = 'from mmcv.utils import usable_cores; print(usable_cores())'
    with _control_group(0.5) as processes:
        enter = ['sh', '-c', f'echo $$ >{processes} && exec "$@"', 'sh']
        said = subprocess.run([*enter, sys.executable, '-c', ask], capture_output=True, text=True, check=True)
        group = processes.parent
    assert float(said.stdout) == 0.5
    assert not group.exists()


@pytest.mark.slow
def test_trainings_beside_each_other_make_their_steps():
    cases = shared(Options(only='beside 1'), size=(64, 64), batch=2)
    rows = list(measure(next(case for case in cases if case.ways), 1, MACHINE))
    assert [row['way'] for row in rows] == list(WAYS)
    assert all(row['median_s'] > 0 for row in rows)
