"""SIGTERM, SIGUSR1 and SIGINT to whole jobs: a checkpoint, code 143, and the same curve afterwards."""

import random
import signal
import time

import pytest
from jobs import KILLED, alive, assert_same_result, children_of, wait_until

LONG = '\nrunner["max_iters"] = 150\nevaluation["interval"] = 70\ncheckpoint_config["interval"] = 1000\n'
WORKERS = '\ndata["workers_per_gpu"] = 2\n'


@pytest.mark.parametrize(('number', 'more', 'ranks'), [
    (signal.SIGTERM, '', 1), (signal.SIGUSR1, '', 1), (signal.SIGINT, '', 1), (signal.SIGTERM, '', 2),
    pytest.param(signal.SIGUSR1, WORKERS, 1, marks=pytest.mark.slow),
    pytest.param(signal.SIGTERM, WORKERS, 2, marks=pytest.mark.slow)])
def test_checkpoint_and_143(make_job, whole, number, more, ranks):
    check(make_job(LONG + more), whole(LONG + more, ranks), number, ranks, random.Random(int(number)))


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1])
def test_five_of_five(make_job, whole, number):
    draw = random.Random(int(number))
    for i in range(5):
        check(make_job(LONG, name=str(i)), whole(LONG), number, 1, draw)


def check(job, undisturbed, number, ranks, draw):
    """Of several ranks only one gets the signal, as when a scheduler signals a single process."""

    running = job.start(ranks=ranks)
    wait_until(lambda: job.phases().count('training') > 2, what='training')
    workers = children_of(running.processes[0].pid)
    time.sleep(draw.random() * 0.2)
    running.send(number, rank=ranks - 1)
    assert running.wait() == [143] * ranks, running.output()
    assert f'by {number.name} after iteration' in running.output() or ranks > 1
    done = job.state()['meta']['iter']
    assert 0 < done < 150
    assert len(job.losses()) == done
    assert not any(map(alive, workers))
    job.run('--auto-resume', ranks=ranks)
    assert_same_result(job, undisturbed, ranks=ranks)


def stop_saving():
    """Make a save take for ever, as one to a disk that is gone."""
    from mmcv.checkpoint import background
    background.write_checkpoint = lambda *args: time.sleep(3600)


def test_a_second_interrupt_ends_at_once(make_job):
    job = make_job(LONG)
    running = job.start(before=stop_saving)
    wait_until(lambda: 'training' in job.phases())
    running.send(signal.SIGINT)
    wait_until(lambda: 'saving' in job.phases())
    time.sleep(0.1)
    running.send(signal.SIGINT)
    assert running.wait() == [130], running.output()


def test_while_a_checkpoint_is_written_in_the_background(make_job, whole):
    more = LONG + '\ncheckpoint_config.update(interval=10, async_save=True)\n'
    job = make_job(more)
    running = job.start()
    wait_until(lambda: 'saving' in job.phases())
    running.send(signal.SIGTERM)
    assert running.wait() == [143], running.output()
    assert (job.work_dir / 'latest.pth').readlink().name == f'iter_{job.state()["meta"]["iter"]}.pth'
    job.run('--auto-resume')
    assert_same_result(job, whole(more))


def test_no_process_outlives_a_killed_one(make_job):
    job = make_job(LONG + WORKERS)
    running = job.start()
    wait_until(lambda: 'training' in job.phases())
    wait_until(lambda: len(children_of(running.processes[0].pid)) >= 2)
    workers = children_of(running.processes[0].pid)
    running.send(signal.SIGKILL)
    assert running.wait() == [KILLED]
    wait_until(lambda: not any(map(alive, workers)), what='the end of the workers')
