"""What a bad sample, a bad worker and a bad number do to a whole job."""

import os
import signal
import time

import pytest
from jobs import alive, children_of, wait_until

WORKERS = "\ndata['workers_per_gpu'] = 2\ndata['timeout'] = {}\n"


class Spoils:
    """Makes the loading of ``img/train/3.png`` go wrong in its own way."""

    def __init__(self, way):
        self.way = way

    def __call__(self):
        import torch

        from mmseg.datasets.custom import CustomDataset
        load = CustomDataset.__getitem__

        def spoiled(dataset, index):
            sample = load(dataset, index)
            if dataset.img_infos[index]['filename'] == '3.png' and not dataset.test_mode:
                if self.way == 'kill':
                    time.sleep(0.3)
                    os.kill(os.getpid(), signal.SIGKILL)
                elif self.way == 'raise':
                    raise RuntimeError('a transform went wrong')
                elif self.way == 'hang':
                    time.sleep(3600)
                else:
                    sample['img'] = torch.full_like(sample['img'], float(self.way))
            return sample

        CustomDataset.__getitem__ = spoiled


@pytest.mark.parametrize(('way', 'said', 'timeout'), [
    ('kill', 'DataLoader worker', 600), ('raise', 'a transform went wrong', 600), ('hang', 'timed out after 5', 5)])
def test_a_bad_worker_names_its_sample_and_nothing_stays(make_job, way, said, timeout):
    job = make_job(WORKERS.format(timeout))
    running = job.start(before=Spoils(way))
    wait_until(lambda: len(children_of(running.processes[0].pid)) >= 2 or running.processes[0].exitcode is not None)
    workers = children_of(running.processes[0].pid)
    assert running.wait() == [2], running.output()
    errors = [line for line in running.output().splitlines() if line.startswith('error: ')]
    assert len(errors) == 1
    assert said in errors[0]
    assert 'img/train/3.png' in errors[0]
    wait_until(lambda: not any(map(alive, workers)), what='the end of the workers')


@pytest.mark.parametrize('number', ['nan', 'inf'])
@pytest.mark.parametrize('ranks', [1, 2])
def test_a_number_that_is_not_finite(make_job, number, ranks):
    """Its file is named, and the weights and statistics stay finite."""

    job = make_job()
    output = job.run(ranks=ranks, before=Spoils(number))
    named = [line for line in output.splitlines() if 'the loss is not finite' in line]
    assert named
    assert all('img/train/3.png' in line for line in named)
    assert all(value.isfinite().all() for value in job.state()['state_dict'].values() if value.is_floating_point())


def test_too_many_of_them_end_the_job(make_job):
    job = make_job("\noptimizer_config = dict(max_nonfinite=3)\noptimizer['lr'] = 1e300\nmodel['dropout'] = 0.0\n"
                   'lr_config = dict(_delete_=True, policy="fixed")\n')
    output = job.run(codes=[2])
    error, = (line for line in output.splitlines() if line.startswith('error: '))
    assert 'that makes 3 such steps in a row' in error
    assert '.png' in error


def test_resumed_at_the_step_that_was_left_out(make_job, whole):
    """Whether a step counts is decided anew, and the same way."""
    spoils = Spoils('nan')
    undisturbed = make_job(name='whole')
    undisturbed.run(before=spoils)
    job = make_job()
    running = job.start(before=spoils)
    wait_until(lambda: job.phases().count('saving') >= 2)
    running.send(signal.SIGKILL)
    running.wait()
    job.run('--auto-resume', before=spoils)
    assert job.state()['state_dict'].keys() == undisturbed.state()['state_dict'].keys()
    ours, theirs = job.state()['state_dict'], undisturbed.state()['state_dict']
    assert all(ours[key].equal(theirs[key]) for key in theirs)
