"""Threads and their waiting: by the cores that are there for this process, below what the user said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmcv.utils import threads

ROOT = Path(__file__).parents[3]
SET = ('MMCV_THREADS', 'OMP_NUM_THREADS', 'GOMP_SPINCOUNT', 'OMP_WAIT_POLICY', 'SLURM_CPUS_PER_TASK',
       'MKL_NUM_THREADS', *threads._LOCAL_PROCESSES)


@pytest.fixture
def environment(monkeypatch):
    """Nothing set, four cores, no quota; what is changed here is gone afterwards."""
    for name in SET:
        monkeypatch.setenv(name, '')
        monkeypatch.delenv(name)
    monkeypatch.setattr(threads, '_visible_cores', lambda: 4)
    monkeypatch.setattr(threads, '_quota', lambda: float('inf'))
    monkeypatch.setattr(threads, 'can_watch', lambda: True)
    monkeypatch.watched = []
    monkeypatch.setattr(threads, 'watch_cores', lambda: monkeypatch.watched.append(True))
    return monkeypatch


def test_alone_torch_chooses_the_number_and_what_waits_is_watched(environment):
    said = threads.choose_threads()
    assert 'OMP_NUM_THREADS' not in os.environ
    assert 'GOMP_SPINCOUNT' not in os.environ
    assert '4 cores' in said
    assert threads.chosen_threads() == said
    assert len(environment.watched) == 1
    threads.choose_threads()  # as a process does that this one has started
    assert len(environment.watched) == 2


@pytest.mark.parametrize(('name', 'value'), [
    ('OMP_NUM_THREADS', '3'), ('LOCAL_WORLD_SIZE', '2'), ('SLURM_CPUS_PER_TASK', '2'),
])
def test_with_a_share_of_the_cores_threads_sleep_soon(environment, name, value):
    environment.setenv(name, value)
    threads.choose_threads()
    assert os.environ['GOMP_SPINCOUNT'] == str(threads.SPINS)
    assert not environment.watched


def test_where_nobody_counts_the_waiting_threads_sleep_soon(environment):
    environment.setattr(threads, 'can_watch', lambda: False)
    threads.choose_threads()
    assert os.environ['GOMP_SPINCOUNT'] == str(threads.SPINS)
    assert not environment.watched


@pytest.mark.parametrize('name', ['GOMP_SPINCOUNT', 'OMP_WAIT_POLICY'])
def test_nothing_is_watched_where_the_user_chose_how_to_wait(environment, name):
    environment.setenv(name, '7')
    threads.choose_threads()
    assert not environment.watched


@pytest.mark.parametrize(('quota', 'processes', 'expected'), [
    (1.5, 1, '2'), (0.5, 1, '1'), (3.0, 1, '3'), (float('inf'), 2, '2'), (float('inf'), 3, '2'), (float('inf'), 8, '1'),
    (3.0, 2, '2'), (16.0, 2, '2'),
])
def test_a_share_of_the_cores(environment, quota, processes, expected):
    environment.setattr(threads, '_quota', lambda: quota)
    threads.choose_threads(processes)
    assert os.environ['OMP_NUM_THREADS'] == expected


@pytest.mark.parametrize('name', threads._LOCAL_PROCESSES)
def test_launchers_say_how_many_processes_there_are(environment, name):
    environment.setenv(name, '4')
    threads.choose_threads()
    assert os.environ['OMP_NUM_THREADS'] == '1'


def test_slurm_counts_in_words_that_are_no_number(environment):
    environment.setenv('SLURM_NTASKS_PER_NODE', '4(x2)')
    threads.choose_threads()
    assert 'OMP_NUM_THREADS' not in os.environ


@pytest.mark.parametrize(('launcher', 'cores', 'expected'), [
    ({}, '2', '2'), ({'SLURM_NTASKS_PER_NODE': '8'}, '2', '2'), ({'SLURM_NTASKS_PER_NODE': '8'}, '', '1'),
    ({'SLURM_NTASKS_PER_NODE': '1', 'LOCAL_WORLD_SIZE': '2'}, '3', '2'), ({'SLURM_NTASKS_PER_NODE': '2'}, '64', None),
])
def test_slurm_gives_each_of_its_tasks_so_many_cores(environment, launcher, cores, expected):
    for name, value in {**launcher, 'SLURM_CPUS_PER_TASK': cores}.items():
        environment.setenv(name, value)
    threads.choose_threads()
    assert os.environ.get('OMP_NUM_THREADS') == expected


def test_what_the_user_set_stays(environment):
    environment.setenv('OMP_NUM_THREADS', '3')
    environment.setenv('OMP_WAIT_POLICY', 'active')
    said = threads.choose_threads(processes=8)
    assert os.environ['OMP_NUM_THREADS'] == '3'
    assert 'GOMP_SPINCOUNT' not in os.environ
    assert '3 by OMP_NUM_THREADS' in said
    assert 'OMP_WAIT_POLICY=active' in said


def test_a_number_for_mkl_is_one_for_torch_too(environment):
    environment.setenv('MKL_NUM_THREADS', '3')
    environment.setenv('LOCAL_WORLD_SIZE', '4')
    assert '3 by MKL_NUM_THREADS' in threads.choose_threads()
    assert 'OMP_NUM_THREADS' not in os.environ


def test_a_launchers_choice_holds_for_what_it_starts(environment):
    said = threads.choose_threads(processes=2)
    environment.setenv('LOCAL_WORLD_SIZE', '4')
    assert threads.choose_threads() == said
    assert os.environ['OMP_NUM_THREADS'] == '2'


@pytest.mark.parametrize(('line', 'files', 'cores'), [
    ('0::/', {'cpu.max': '150000 100000'}, 1.5),
    ('0::/job/step', {'job/cpu.max': '50000 100000', 'job/step/cpu.max': 'max 100000'}, 0.5),
    ('0::/not/seen/from/here', {'cpu.max': '200000 100000'}, 2.0),
    ('0::/', {'cpu.max': 'max 100000'}, float('inf')),
    ('0::/', {}, float('inf')),
    ('4:cpuacct,cpu:/a', {'cpuacct,cpu/a/cpu.cfs_quota_us': '3000', 'cpuacct,cpu/a/cpu.cfs_period_us': '1000'}, 3.0),
    ('4:cpuacct,cpu:/a', {'cpu/a/cpu.cfs_quota_us': '3000', 'cpu/a/cpu.cfs_period_us': '1000'}, 3.0),
    ('4:cpu:/', {'cpu/cpu.cfs_quota_us': '-1', 'cpu/cpu.cfs_period_us': '100000'}, float('inf')),
    ('4:memory:/', {'memory/cpu.max': '1 1'}, float('inf')),
])
def test_quotas_of_containers(tmp_path, line, files, cores):
    for name, text in files.items():
        path = tmp_path / 'mount' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + '\n')
    (tmp_path / 'cgroup').write_text(line + '\n')
    assert threads._quota(tmp_path / 'cgroup', tmp_path / 'mount') == cores


def test_without_control_groups():
    assert threads._quota(Path('/nonexistent')) == float('inf')


@pytest.mark.skipif(sys.platform != 'linux', reason='processes can be bound to cores on Linux only')
def test_cores_that_the_process_is_bound_to():
    code = f'import os; os.sched_setaffinity(0, [{min(os.sched_getaffinity(0))}])\n' \
           'from mmcv.utils import threads; print(threads._visible_cores())'
    assert subprocess.check_output([sys.executable, '-c', code], cwd=ROOT, text=True) == '1\n'


def test_it_is_chosen_before_torch_is_loaded():
    code = 'import sys\nfrom mmcv.utils import choose_threads\nchoose_threads()\nprint("torch" in sys.modules)'
    assert subprocess.check_output([sys.executable, '-c', code], cwd=ROOT, text=True) == 'False\n'
