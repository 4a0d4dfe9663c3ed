"""Every schedule of tests/golden/lr.json, and what is refused."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from mmcv.runner import EpochBasedRunner, Hook, IterBasedRunner, LrUpdaterHook

GOLDEN = json.loads((Path(__file__).parents[3] / 'golden' / 'lr.json').read_text())['schedules']
REFUSED = {'iter/poly_by_epoch_default_wlin': 'by_epoch=False', 'iter/step_wlin_wby_epoch': 'warmup_by_epoch=False'}


class TwoWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))

    def train_step(self, batch, optimizer):
        return {'loss': (self.a + self.b).sum(), 'log_vars': {}, 'num_samples': 1}


class Recorder(Hook):
    def __init__(self):
        self.rates = []

    def after_train_iter(self, runner):
        self.rates.append(runner.current_lr())


def run(case, tmp_path, lr_config=None):
    model = TwoWeights()
    groups = [{'params': [p], 'lr': lr} for p, lr in zip(model.parameters(), case['base_lr'])]
    kind, length = ((IterBasedRunner, {'max_iters': case['iters']}) if case['runner'] == 'iter' else
                    (EpochBasedRunner, {'max_epochs': case['iters'] // case['epoch_len']}))
    runner = kind(model, optimizer=torch.optim.SGD(groups, lr=0.01), work_dir=str(tmp_path), **length)
    runner.register_lr_hook(dict(case['lr_config']) if lr_config is None else lr_config)
    recorder = Recorder()
    runner.register_hook(recorder)
    runner.run([[0] * case['epoch_len']], [('train', 1)])
    return recorder.rates


@pytest.mark.parametrize('name', sorted(set(GOLDEN) - set(REFUSED)))
def test_golden(name, tmp_path):
    case = GOLDEN[name]
    rates = run(case, tmp_path)
    assert [rate[0] for rate in rates] == pytest.approx(case['lr'], rel=1e-12)
    assert [rate[1] for rate in rates] == pytest.approx(case['lr_group1'], rel=1e-12)


@pytest.mark.parametrize('name', sorted(REFUSED))
def test_counting_epochs_under_an_iteration_runner_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=REFUSED[name]):
        run(GOLDEN[name], tmp_path)


def test_training_hooks_count_iterations_unless_told_otherwise(tmp_path):
    model = TwoWeights()
    runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), lr=0.1), work_dir=str(tmp_path),
                             max_iters=4)
    runner.register_training_hooks({'policy': 'poly'}, {})
    runner.run([[0]], [('train', 1)])
    assert runner.current_lr() == pytest.approx([0.025])


def test_a_fixed_rate_does_not_ask_what_is_counted(tmp_path):
    case = {'base_lr': [0.1, 0.2], 'runner': 'iter', 'iters': 3, 'epoch_len': 2}
    assert run(case, tmp_path, {'policy': 'fixed'}) == [[0.1, 0.2]] * 3


@pytest.mark.parametrize(('config', 'message'), [
    ({'policy': 'step', 'step': [3, 2]}, 'rising'),
    ({'policy': 'poly', 'warmup': 'cosine'}, 'constant, linear, exp'),
    ({'policy': 'poly', 'warmup': 'linear'}, 'warmup_iters > 0'),
    ({'policy': 'CosineAnnealing'}, 'min_lr or min_lr_ratio'),
    ({'policy': 'CosineAnnealing', 'min_lr': 0, 'min_lr_ratio': 0}, 'min_lr or min_lr_ratio'),
    ({'policy': 'CosineRestart', 'periods': [5, 5], 'min_lr': 0}, 'restart_weights'),
    ({'policy': 'cyclic', 'by_epoch': True}, 'by_epoch=False'),
    ({'policy': 'cyclic', 'target_ratio': [1, 2, 3]}, 'two numbers'),
    ({'policy': 'OneCycle', 'max_lr': 1.0, 'pct_start': 2.0}, 'pct_start'),
    ({'policy': 'OneCycle', 'max_lr': [1.0]}, 'max_lr has 1 values for 2'),
    ({'policy': 'OneCycle', 'max_lr': 1.0, 'total_steps': 5}, 'total_steps'),
    ({'policy': 'polly'}, r'did you mean poly\?'),
    ({'power': 2}, 'policy'),
])
def test_mistakes_are_one_line(config, message, tmp_path):
    if 'by_epoch' not in config and 'policy' in config:
        config['by_epoch'] = False
    with pytest.raises(ValueError, match=message) as error:
        run({'base_lr': [0.1, 0.2], 'runner': 'iter', 'iters': 10, 'epoch_len': 2}, tmp_path, config)
    assert '\n' not in str(error.value)


def test_restart_periods_have_to_cover_the_run(tmp_path):
    config = {'policy': 'CosineRestart', 'periods': [3], 'restart_weights': [1], 'min_lr': 0, 'by_epoch': False}
    with pytest.raises(ValueError, match='cover 3 of 5'):
        run({'base_lr': [0.1, 0.2], 'runner': 'iter', 'iters': 5, 'epoch_len': 2}, tmp_path, config)


def test_users_own_policy(tmp_path):
    class Halving(LrUpdaterHook):
        def get_lr(self, runner, base_lr):
            return base_lr / 2**runner.iter

    rates = run({'base_lr': [0.8, 0.4], 'runner': 'iter', 'iters': 3, 'epoch_len': 2}, tmp_path,
                Halving(by_epoch=False))
    assert rates == [[0.8, 0.4], [0.4, 0.2], [0.2, 0.1]]


def test_several_optimizers(tmp_path):
    model = TwoWeights()
    optimizers = {name: torch.optim.SGD([weight], lr=rate) for (name, weight), rate in
                  zip(model.named_parameters(), (0.1, 0.2))}
    runner = IterBasedRunner(model, optimizer=optimizers, work_dir=str(tmp_path), max_iters=2)
    runner.register_lr_hook({'policy': 'poly', 'by_epoch': False})
    runner.run([[0]], [('train', 1)])
    assert runner.current_lr() == {'a': [pytest.approx(0.05)], 'b': [pytest.approx(0.1)]}


class Own(LrUpdaterHook):
    def get_lr(self, runner, base_lr):
        return base_lr


class OwnRegular(Own):
    def get_regular_lr(self, runner):
        return [2 * lr for lr in super().get_regular_lr(runner)]


class OwnSetting(Own):
    def _set_lr(self, runner, lr_groups):
        super()._set_lr(runner, [lr / 2 for lr in lr_groups])


class OwnWarmup(Own):
    def get_warmup_lr(self, cur_iters):
        return [(cur_iters + 1) / (2 * self.warmup_iters) * lr for lr in self.regular_lr]


class OwnIteration(Own):
    def before_train_iter(self, runner):
        self.regular_lr = self.get_regular_lr(runner)
        assert self.warmup_iters == self.warmup_epochs * 2
        if runner.iter < self.warmup_iters:
            self._set_lr(runner, self.get_warmup_lr(runner.iter))
        else:
            self._set_lr(runner, [base * 3 for base in self.base_lr])


@pytest.mark.parametrize(('hook', 'rates'), [
    (OwnRegular(), [2, 2, 2, 2]),
    (OwnRegular(warmup='constant', warmup_iters=3, warmup_ratio=0.25), [0.5, 0.5, 0.5, 2]),
    (OwnSetting(warmup='constant', warmup_iters=3, warmup_ratio=0.25), [0.125, 0.125, 0.125, 0.5]),
    (OwnWarmup(warmup='constant', warmup_iters=1, warmup_by_epoch=True), [0.25, 0.5, 1, 1]),
    (OwnIteration(warmup='linear', warmup_iters=1, warmup_ratio=0.5, warmup_by_epoch=True), [0.5, 0.75, 3, 3]),
])
def test_steps_of_projects(hook, rates, tmp_path):
    case = {'base_lr': [1.0, 0.5], 'runner': 'epoch', 'iters': 4, 'epoch_len': 2}
    assert run(case, tmp_path, hook) == [[rate, rate / 2] for rate in rates]
    assert hook.base_lr == [1.0, 0.5]


def test_a_resumed_run_knows_where_it_began(tmp_path):
    model = TwoWeights()
    runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), lr=0.1), work_dir=str(tmp_path),
                             max_iters=2)
    hook = Own(by_epoch=False)
    runner.register_lr_hook(hook)
    hook.before_run(runner)
    runner.param_groups()[0]['initial_lr'] = 0.4
    runner.call_hook('after_resume', {})
    assert hook.base_lr == [0.4]
