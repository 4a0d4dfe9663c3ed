"""SIGKILL at random moments, then --auto-resume: the same losses and the same last checkpoint, to the bit."""

import random
import signal
import time

import pytest
from jobs import KILLED, assert_same_result, wait_until

WORKERS = "\ndata['workers_per_gpu'] = {}\n"
ASYNC = '\ncheckpoint_config["async_save"] = True\n'


@pytest.mark.parametrize(('workers', 'ranks'), [(0, 1), (2, 1), (0, 2)])
@pytest.mark.parametrize('phase', ['training', 'saving', 'evaluating'])
def test_killed_and_resumed(make_job, whole, phase, workers, ranks):
    more = WORKERS.format(workers)
    check(make_job(more), whole(more, ranks), random.Random(f'{phase} {workers}'), phase, ranks)


@pytest.mark.slow
@pytest.mark.parametrize(('workers', 'options'), [(0, ''), (2, ASYNC)], ids=['at once', 'later'])
def test_fifteen_of_fifteen(make_job, whole, workers, options):
    """The whole issue in one: any phase, any moment, and sometimes the resumed job is killed as well."""

    more = WORKERS.format(workers) + options
    draw = random.Random(workers)
    for i in range(15):
        phase = ('training', 'saving', 'evaluating')[i % 3]
        check(make_job(more, name=f'{i}'), whole(more), draw, phase, kills=1 + i % 2)


def check(job, undisturbed, draw, phase, ranks=1, kills=1):
    """Kill all ranks at a random moment of a phase; without a launcher nobody else would end those that are left."""
    for _ in range(kills):
        kill(job, phase, ranks, draw)
    job.run('--auto-resume', ranks=ranks)
    assert_same_result(job, undisturbed, ranks=ranks)


def kill(job, phase, ranks, draw):
    seen = job.phases().count(phase) + draw.randint(1, 2)
    running = job.start('--auto-resume', ranks=ranks)
    wait_until(lambda: job.phases().count(phase) >= seen or running.processes[0].exitcode is not None, what=phase)
    time.sleep(draw.random() * 0.01)
    for rank in range(ranks):
        running.send(signal.SIGKILL, rank)
    assert set(running.wait()) <= {KILLED, 0}, running.output()
