"""A runner offers what hooks may use, in the course of a run."""

import pytest

from mmcv.runner import Hook
from mmcv.runner.hooks.runner import Runner

MEMBERS = {*Runner.__annotations__, *(name for name in vars(Runner) if not name.startswith('_'))}


@pytest.mark.parametrize('length', [{'max_iters': 1}, {'max_epochs': 1}])
def test_runners_offer_it(make_runner, stream, length):
    lacking = []

    def look(hook, runner):
        lacking.append({name for name in MEMBERS if not hasattr(runner, name)})

    runner = make_runner(**length)
    runner.register_hook(type('Look', (Hook,), dict.fromkeys(('before_run', 'after_train_iter', 'close'), look))())
    runner.run([stream(1)], [('train', 1)])
    assert lacking == [set()] * 3


def test_what_it_offers():
    """What the design promises to hooks is among it."""
    assert {
        'iter', 'epoch', 'max_iters', 'max_epochs', 'inner_iter', 'model', 'optimizer', 'logger', 'work_dir', 'meta',
        'outputs', 'log_buffer', 'data_loader', 'rank', 'world_size', 'hooks', 'mode', 'timestamp'} <= MEMBERS
