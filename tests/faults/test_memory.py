"""A long run needs no more memory, files and processes at its end than after its beginning."""

import os
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
    """Resident memory in KB, open files, and child processes; memory and files of the children included."""
    family = [pid, *children_of(pid)]
    memory = sum(int(line.split()[1]) for one in family
                 for line in Path(f'/proc/{one}/status').read_text().splitlines() if line.startswith('VmRSS:'))
    return memory, sum(len(os.listdir(f'/proc/{one}/fd')) for one in family), len(family)


@pytest.mark.slow
@pytest.mark.parametrize('later', [False, True])
def test_two_thousand_iterations(make_job, later):
    job = make_job(MORE.format(later=later))
    running = job.start()
    pid = running.processes[0].pid
    samples = {}
    for iteration in (400, 1000, 1950):
        wait_until(lambda iteration=iteration: job.phases().count('training') >= iteration + 30, 300)
        samples[iteration] = usage(pid)
    assert running.wait(300) == [0], running.output()
    begin, end = samples[400], samples[1950]
    assert end[0] < 1.01 * begin[0], samples
    assert end[1] <= begin[1] + 2, samples  # a checkpoint or log that is just being written
    assert end[2] == begin[2], samples
    assert len(list(job.work_dir.glob('iter_*.pth'))) == 2
    assert not list(job.work_dir.glob('.*.tmp'))
