"""One job, however many processes share it."""

import re

import pytest
from jobs import draw_data

EIGHT = """

model['dropout'] = 0.0
runner['max_iters'] = 10
data['samples_per_gpu'] = {}
evaluation['interval'] = 100
lr_config = dict(_delete_=True, policy='fixed')
"""


def mean_losses(job, ranks, first=1, last=10):
    """The loss over the global batch at each iteration, in full."""
    everyone = [job.losses(rank) for rank in range(ranks)]
    return [sum(float.fromhex(losses[i]) for losses in everyone) / ranks for i in range(first, last + 1)]


def test_losses_do_not_depend_on_the_number_of_processes(make_job):
    curves = {}
    for ranks in (1, 2, 4, 8):
        job = make_job(EIGHT.format(8 // ranks), name=str(ranks))
        job.run('--no-validate', ranks=ranks)
        curves[ranks] = mean_losses(job, ranks)
    for ranks in (2, 4, 8):
        assert max(abs(a - b) for a, b in zip(curves[ranks], curves[1])) < 1e-9
    assert curves[1][9] != curves[1][0]


@pytest.mark.parametrize(('before', 'after'), [(1, 4), (4, 2)])
def test_resumed_by_another_number_of_processes(make_job, before, after):
    """At the same global batch the samples come in the same order, so the curve goes on as it would have."""
    more = EIGHT + "\ncheckpoint_config['interval'] = 5\n"
    undisturbed = make_job(more.format(8), name='whole')
    undisturbed.run('--no-validate')
    job = make_job(more.format(8 // before))
    job.run('--no-validate', '--cfg-options', 'runner.max_iters=5', ranks=before)
    losses = mean_losses(job, before, 1, 5)
    for path in job.folder.glob('losses_*'):
        path.unlink()
    job.run('--no-validate', '--auto-resume', '--cfg-options', f'data.samples_per_gpu={8 // after}', ranks=after)
    losses += mean_losses(job, after, 6, 10)
    assert max(abs(a - b) for a, b in zip(losses, mean_losses(undisturbed, 1))) < 1e-9


@pytest.mark.parametrize('images', [7, 5])
def test_evaluation_does_not_depend_on_the_number_of_processes(make_job, whole, tmp_path, images):
    data = draw_data(tmp_path / 'data', train=2, val=images)
    checkpoint = whole().work_dir / 'iter_12.pth'
    digits = set()
    for ranks in (1, 2, 3, 4):
        job = make_job(name=str(ranks), data=data)
        output = job.run(checkpoint, '--eval', 'mIoU', 'mDice', '--work-dir', job.work_dir, tool='test', ranks=ranks)
        table = re.findall(r'^[|+].*$', output, re.MULTILINE)
        metrics, = job.work_dir.glob('eval_single_scale_*.json')
        digits.add((*table, metrics.read_text().replace(f'/{ranks}/', '/x/')))
        assert len(table) > 8
    assert len(digits) == 1
