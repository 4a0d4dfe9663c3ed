"""SIGKILL at random moments, then --auto-resume: the same losses and the same last checkpoint, to the bit."""

import random
import signal
import time

import pytest
from jobs import KILLED, assert_same_result, wait_until

WORKERS = "\ndata['workers_per_gpu'] = {}\n"


@pytest.mark.parametrize(('workers', 'ranks'), [(0, 1), (2, 1), (0, 2)])
@pytest.mark.parametrize('phase', ['training', 'saving', 'evaluating'])
def test_killed_and_resumed(make_job, whole, phase, workers, ranks):
    more = WORKERS.format(workers)
    check(make_job(more), whole(more, ranks), random.Random(f'{phase} {workers}'), phase, ranks)


def check(job, undisturbed, draw, phase, ranks=1):
    """Kill one rank at a random moment of a phase; without a launcher the others have to be ended as well."""
    running = job.start(ranks=ranks)
    occurrence = draw.randint(1, 3)
    wait_until(lambda: job.phases().count(phase) >= occurrence, what=phase)
    time.sleep(draw.random() * 0.01)
    for rank in range(ranks):
        running.send(signal.SIGKILL, rank)
    assert running.wait() == [KILLED] * ranks, running.output()
    job.run('--auto-resume', ranks=ranks)
    assert_same_result(job, undisturbed, ranks=ranks)
