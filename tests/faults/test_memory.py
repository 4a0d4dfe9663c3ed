"""A long run needs no more memory, files and processes at its end than after its beginning."""

import os
import time
from pathlib import Path

import pytest
from jobs import children_of, wait_until

MORE = """

runner['max_iters'] = 2000
checkpoint_config = dict(interval=20, max_keep_ckpts=2, async_save={later})
evaluation['interval'] = 100
log_config['interval'] = 50
custom_hooks += [dict(type='EMAHook')]
data['workers_per_gpu'] = 1
"""


def usage(pid):
    """Resident memory in KB, open files, and processes of a family; the least of some looks, as batches and checkpoints
    on their way have files of their own."""
    looks = []
    for _ in range(15):
        family = [pid, *children_of(pid)]
        memory = sum(int(line.split()[1]) for one in family
                     for line in Path(f'/proc/{one}/status').read_text().splitlines() if line.startswith('VmRSS:'))
        looks.append((memory, sum(len(os.listdir(f'/proc/{one}/fd')) for one in family), len(family)))
        time.sleep(0.002)
    return [min(values) for values in zip(*looks)]


@pytest.mark.slow
@pytest.mark.parametrize('later', [False, True])
def test_two_thousand_iterations(make_job, later):
    job = make_job(MORE.format(later=later))
    running = job.start()
    pid = running.processes[0].pid
    samples = {}
    for iteration in (400, 1000, 1600):
        wait_until(lambda iteration=iteration: job.phases().count('training') >= iteration + 30)
        samples[iteration] = usage(pid)
    assert running.wait() == [0], running.output()
    begin, end = samples[400], samples[1600]
    assert end[0] < 1.01 * begin[0], samples
    assert end[1] <= begin[1] + 8, samples  # batches on their way; a leak at each evaluation would be twelve
    assert end[2] == begin[2], samples
    assert len(list(job.work_dir.glob('iter_*.pth'))) == 2
    assert not list(job.work_dir.glob('.*.tmp'))
