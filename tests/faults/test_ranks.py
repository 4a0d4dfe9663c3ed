"""One rank of several dies, stops or hangs: the job ends in time and says which one; a restart goes on."""

import os
import signal
import subprocess
import sys
import time

import pytest
from jobs import KILLED, ROOT, assert_same_result, wait_until

TIMEOUT = '\ndist_params = dict(timeout={})\n'
LONG = "\nrunner['max_iters'] = 5000\nevaluation['interval'] = 10**6\nlog_config['interval'] = 100\n"


def hang(seconds=3600):
    """Make the 5th training sample of rank 1 take for ever; one before is what the checks at the start look at."""

    from mmseg.datasets.custom import CustomDataset
    load, count = CustomDataset.__getitem__, []

    def slow(self, index):
        count.extend([] if self.test_mode else [index])
        if os.environ['RANK'] == '1' and len(count) == 1 + 5:
            time.sleep(seconds)
        return load(self, index)

    CustomDataset.__getitem__ = slow


@pytest.mark.parametrize('stopped', [0, 1])
def test_a_stopped_rank_is_named(make_job, stopped):
    """Rank 0 keeps the store through which the others would hear of it."""
    job = make_job(LONG + TIMEOUT.format(5))
    running = job.start(ranks=2)
    wait_until(lambda: len(job.phases()) > 100)
    begin = time.monotonic()
    running.send(signal.SIGSTOP, rank=stopped)
    codes = running.wait()
    assert (codes[1 - stopped], codes[stopped]) == (1, KILLED), running.output()
    assert time.monotonic() - begin < 5 + 10
    assert f'error: rank {1 - stopped} has had no sign of life for 4 s from rank {stopped}' in running.output()
    assert f'(process {running.processes[stopped].pid} on ' in running.output()


def test_a_killed_rank_is_named(make_job):
    job = make_job(LONG + TIMEOUT.format(5))
    running = job.start(ranks=2)
    wait_until(lambda: len(job.phases()) > 20)
    killed = time.monotonic()
    running.send(signal.SIGKILL, rank=1)
    assert running.wait() == [1, KILLED], running.output()
    assert time.monotonic() - killed < 5 + 10
    assert f'rank 1 (process {running.processes[1].pid} on ' in running.output()


def test_a_hanging_rank_is_seen_hanging(make_job):
    running = make_job(LONG + TIMEOUT.format(5)).start(ranks=2, before=hang)
    running.processes[0].join(300)
    assert running.processes[0].exitcode == 1, running.output()
    assert 'rank 1' in running.output()
    assert 'loading iteration 3 for' in running.output()


def launch(job, *arguments, **environment):
    """``bash train_dist.sh CONFIG 2`` as a user starts it."""
    settings = {**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1',
                **{name: str(value) for name, value in environment.items()}}
    return subprocess.Popen(
        ['bash', str(ROOT / 'train_dist.sh'), str(job.config), '2', '--work-dir', str(job.work_dir), *arguments],
        env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=job.folder)


def process_of(job, rank):
    lines = [line for line in job.phases(rank) if line.startswith('process')]
    return int(lines[-1].split()[1]) if lines else None


@pytest.fixture
def launched(make_job):
    """``launched(job, ...)``: as ``launch``; the launcher, and so its workers, end with the test."""
    started = []

    def start(*args, **kwargs):
        started.append(launch(*args, **kwargs))
        return started[-1]

    yield start
    for launcher in started:
        launcher.terminate()
        launcher.communicate()


@pytest.mark.slow
def test_launcher(make_job, launched, whole):
    job = make_job()
    launcher = launched(job)
    _, errors = launcher.communicate(timeout=300)
    assert launcher.returncode == 0, errors
    assert_same_result(job, whole(ranks=2), ranks=2)


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGSTOP])
def test_launcher_without_restarts(make_job, launched, number):
    job = make_job(LONG + TIMEOUT.format(20))
    launcher = launched(job)
    wait_until(lambda: job.phases(1).count('training') > 20)
    os.kill(process_of(job, 1), number)
    _, errors = launcher.communicate(timeout=60)  # 20 and 10 seconds, and what a busy machine adds
    assert launcher.returncode not in (0, 143), errors
    assert 'rank 1 (process' in errors if number == signal.SIGSTOP else 'SIGKILL' in errors
    assert 'rank      : 1' in errors


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGSTOP])
def test_launcher_with_a_restart(make_job, launched, whole, number):
    more = "\nrunner['max_iters'] = 200\ncheckpoint_config['interval'] = 20\nevaluation['interval'] = 90\n"
    more += TIMEOUT.format(20)
    job = make_job(more)
    launcher = launched(job, MAX_RESTARTS=1)
    wait_until(lambda: job.phases(1).count('training') > 50)
    os.kill(process_of(job, 1), number)
    _, errors = launcher.communicate(timeout=300)
    assert launcher.returncode == 0, errors
    assert job.phases(1).count('training') < 200 + 50
    assert_same_result(job, whole(more, ranks=2), ranks=2)
