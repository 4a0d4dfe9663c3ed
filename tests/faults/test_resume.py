"""A run that was stopped and resumed is the run that was not, whatever has a state; and resuming costs no replay."""

import json
import os
import signal

import pytest
import torch
from jobs import assert_same_result

from mmcv.checkpoint import write_checkpoint

EPOCHS = """

runner = dict(_delete_=True, type='EpochBasedRunner', max_epochs=4)
checkpoint_config = dict(interval=2, by_epoch=False, out_dir=None)
evaluation['interval'] = 2
"""
VARIANTS = {
    'across an epoch of iterations': '',  # ten images in batches of two: an epoch is five iterations
    'epochs': EPOCHS,
    'accumulation': '\noptimizer_config = dict(cumulative_iters=2)\n',
    'clipping': '\noptimizer_config = dict(grad_clip=dict(max_norm=0.1))\n',
    'average': "\ncustom_hooks += [dict(type='EMAHook', momentum=0.3, warm_up=2)]\n",
    'average that is seldom updated': "\ncustom_hooks += [dict(type='EMAHook', momentum=0.3, interval=2)]\n",
    'dynamic scale': "\nmodel['single'] = True\nfp16 = dict(loss_scale=dict(init_scale=65536.0, growth_interval=3))\n",
    'static scale': "\nmodel['single'] = True\nfp16 = dict(loss_scale=64.0)\n",
    'bfloat16': "\nmodel['single'] = True\namp = dict(dtype='bfloat16')\n",
    'momentum': "\nmomentum_config = dict(policy='cyclic', target_ratio=(0.85, 1), cyclic_times=1)\n",
    'one cycle': "\nlr_config = dict(_delete_=True, policy='OneCycle', max_lr=0.1, by_epoch=False)\n",
    'adam': "\noptimizer = dict(_delete_=True, type='AdamW', lr=0.01)\n",
}


@pytest.mark.slow
@pytest.mark.parametrize('name', list(VARIANTS))
def test_resumed_anywhere(make_job, whole, name):
    more = VARIANTS[name]
    undisturbed = whole(more)
    job = make_job(more)
    for stop in (3, 4, 5, 11):  # in an accumulation, after an evaluation, at an epoch's border, before the end
        if not (job.folder / 'losses_0').exists() or max(job.losses()) < stop:
            job.run('--auto-resume', before=StopAfter(stop), codes=[143])
    job.run('--auto-resume')
    assert_same_result(job, undisturbed)


class StopAfter:
    """Sends the process SIGTERM in the iteration before, so that it ends after this one with a checkpoint."""

    def __init__(self, iteration):
        self.iteration = iteration

    def __call__(self):
        import tiny
        say = tiny.Witness.before_train_iter

        def before_train_iter(witness, runner):
            say(witness, runner)
            if runner.iter + 1 == self.iteration:
                os.kill(os.getpid(), signal.SIGTERM)

        tiny.Witness.before_train_iter = before_train_iter


def spoil_the_third():
    """Make the image of the third iteration, the first of an accumulation, not finite."""
    import tiny
    say, train, current = tiny.Witness.before_train_iter, tiny.Tiny.forward_train, []

    def before_train_iter(witness, runner):
        say(witness, runner)
        current[:] = [runner.iter + 1]

    def forward_train(model, imgs, *args, **kwargs):
        return train(model, imgs * float('nan') if current == [3] else imgs, *args, **kwargs)

    tiny.Witness.before_train_iter, tiny.Tiny.forward_train = before_train_iter, forward_train


class SpoilAndStop:

    def __call__(self):
        spoil_the_third()
        StopAfter(3)()


def test_a_bad_iteration_before_the_stop_spoils_nothing(make_job):
    undisturbed, job = (make_job(VARIANTS['accumulation'], name=name) for name in ('whole', 'job'))
    undisturbed.run(before=spoil_the_third)
    job.run(before=SpoilAndStop(), codes=[143])
    job.run('--auto-resume')
    assert_same_result(job, undisturbed)
    assert job.state()['state_dict']['norm.running_mean'].isfinite().all()


@pytest.mark.parametrize('workers', [0, 2])
def test_same_seed_same_run(make_job, whole, workers):
    more = f"\ndata['workers_per_gpu'] = {workers}\n"
    job = make_job(more)
    job.run('--deterministic')
    assert_same_result(job, whole())


def test_another_seed_is_another_run(make_job, whole):
    job = make_job()
    job.run('--seed', 8)
    assert job.losses() != whole().losses()


AUTO = "\nmodel['single'] = True\nchannels_last = 'auto'\nwinograd = 'auto'\namp = dict(dtype='auto')\n"


class Measured:
    """Lets the first rank find bfloat16 twice as fast, or half as fast; another one has nothing to measure."""

    def __init__(self, seconds, then=None):
        self.seconds, self.then = seconds, then

    def __call__(self):
        from mmcv.ops import choice
        from mmcv.ops.measurement import FIXED

        times = {FIXED: [(1.0, 1.0)] * 3, choice.Way(True, True, 'bfloat16'): [(self.seconds, 1.0)] * 3}
        choice.times_of = (lambda work: times) if os.environ['RANK'] == '0' else None
        if self.then:
            self.then()


@pytest.mark.parametrize('ranks', [1, 2])
def test_resumed_in_the_way_that_was_chosen_whatever_is_measured_now(make_job, ranks):
    undisturbed, other, job = (make_job(AUTO, name=name) for name in ('whole', 'other', 'job'))
    said = undisturbed.run(ranks=ranks, before=Measured(0.5))
    assert 'Speed: channels_last=True, winograd=True, bfloat16: 0.50 (wide), 1.00 (light) of the time of' in said
    other.run(ranks=ranks, before=Measured(2.0))
    assert other.losses() != undisturbed.losses()
    job.run(ranks=ranks, before=Measured(0.5, StopAfter(5)), codes=[143] * ranks)
    said = job.run('--auto-resume', ranks=ranks, before=Measured(2.0))
    assert 'Speed: channels_last=True, winograd=True, bfloat16: as the run that is resumed' in said
    assert_same_result(job, undisturbed)


class CountsWork:
    """Writes down, at the first iteration, how many samples were loaded and how many orders of epochs were drawn."""

    def __init__(self, folder):
        self.path = folder / 'work.json'

    def __call__(self):
        import tiny

        from mmseg.datasets.custom import CustomDataset
        from mmseg.datasets.samplers import IndexStream
        work = {'samples': [], 'orders': []}
        load, order, say = CustomDataset.__getitem__, IndexStream.order, tiny.Witness.before_train_iter

        def counted_load(dataset, index):
            work['samples'].append(int(index))
            return load(dataset, index)

        def counted_order(stream, epoch):
            work['orders'].append(int(epoch))
            return order(stream, epoch)

        def write(witness, runner):
            if not self.path.exists():
                self.path.write_text(json.dumps({**work, 'iteration': runner.iter}))
            say(witness, runner)

        CustomDataset.__getitem__, IndexStream.order = counted_load, counted_order
        tiny.Witness.before_train_iter = write


def work_of_resuming(make_job, done):
    job = make_job(f"\nrunner['max_iters'] = {done + 1}\nevaluation['interval'] = 10**9\n", name=str(done))
    first = make_job("\nrunner['max_iters'] = 1\n", name=f'first {done}')
    first.run('--no-validate')
    content = torch.load(first.work_dir / 'iter_1.pth', weights_only=True)
    content['meta']['iter'] = done
    job.work_dir.mkdir()
    write_checkpoint(content, job.work_dir / f'iter_{done}.pth')
    job.run('--auto-resume', '--no-validate', before=CountsWork(job.folder))
    return json.loads((job.folder / 'work.json').read_text())


def test_resuming_late_is_no_more_work_than_early(make_job):
    early, late = (work_of_resuming(make_job, done) for done in (100, 100_000))
    assert (early['iteration'], late['iteration']) == (100, 100_000)
    # One that the checks at the start look at, and a batch.
    assert len(late['samples']) == len(early['samples']) == 1 + 2
    assert (early['orders'], late['orders']) == ([20], [20_000])  # of the epoch that it is in
