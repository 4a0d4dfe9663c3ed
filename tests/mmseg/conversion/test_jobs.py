"""Jobs in worker processes, and the windows that tiles are cut in."""

import os
import signal

import pytest

from mmseg.conversion import Job, Source, convert, make_parser
from mmseg.conversion.jobs import window_starts


def die(source):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_an_error_and_no_hang(tmp_path):
    jobs = [Job(Source(tmp_path), tmp_path / f'{number}.png', die) for number in range(4)]
    with pytest.raises(ValueError, match=r'a worker process was killed.* --nproc 1;'):
        convert(jobs, make_parser('').parse_args(['--nproc', '2']))


@pytest.mark.parametrize(('length', 'size', 'step', 'starts'), [
    (6000, 512, 512, [*range(0, 5488, 512), 5488]), (1024, 512, 512, [0, 512]), (512, 512, 256, [0]),
    (300, 512, 256, [0]), (1408, 896, 512, [0, 512]), (1409, 896, 512, [0, 512, 513])])
def test_window_starts(length, size, step, starts):
    assert window_starts(length, size, step) == starts
