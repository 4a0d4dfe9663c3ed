"""Data and jobs for the tests of faults."""

import os
import sys
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
sys.path.insert(0, HERE)
os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, [HERE, os.environ.get('PYTHONPATH')]))

import jobs  # noqa: E402


@pytest.fixture(scope='session')
def data(tmp_path_factory):
    """Ten images to train on and five to validate."""

    return jobs.draw_data(tmp_path_factory.mktemp('tiny data'))


@pytest.fixture
def make_job(data, tmp_path):
    """``make_job(more='', name='job', data=None)``: a job; whatever of it still runs after the test is killed."""
    made = []

    def make(more='', name='job', data=data):
        made.append(jobs.Job(tmp_path / name, data, more))
        return made[-1]

    yield make
    for job in made:
        job.end()


@pytest.fixture(scope='session')
def whole(data, tmp_path_factory):
    """``whole(more='', ranks=1)``: the job with these lines, run to its end without a disturbance."""
    done = {}

    def get(more='', ranks=1):
        if (more, ranks) not in done:
            job = jobs.Job(tmp_path_factory.mktemp('whole') / 'job', data, more)
            job.run(ranks=ranks)
            done[more, ranks] = job
        return done[more, ranks]

    return get
