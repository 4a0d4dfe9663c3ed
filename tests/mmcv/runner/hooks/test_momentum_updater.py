"""Momentum schedules; tests/golden/momentum.json holds what mmcv 1.7.2 gave over 20 iterations from 0.95."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from mmcv.runner import EpochBasedRunner, Hook, IterBasedRunner, MomentumUpdaterHook

GOLDEN = json.loads((Path(__file__).parents[3] / 'golden' / 'momentum.json').read_text())


class OneWeight(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def train_step(self, batch, optimizer):
        return {'loss': self.weight.sum(), 'log_vars': {}, 'num_samples': 1}


class Recorder(Hook):
    def __init__(self):
        self.values = []

    def after_train_iter(self, runner):
        self.values += runner.current_momentum()


def run(config, optimizer, tmp_path, by_epoch=False):
    model = OneWeight()
    options = {'momentum': 0.95} if optimizer == 'SGD' else {'betas': (0.95, 0.99)} if optimizer == 'Adam' else {}
    kind, length = (EpochBasedRunner, {'max_epochs': 4}) if by_epoch else (IterBasedRunner, {'max_iters': 20})
    runner = kind(model, optimizer=getattr(torch.optim, optimizer)(model.parameters(), lr=0.1, **options),
                  work_dir=str(tmp_path), **length)
    runner.register_momentum_hook(dict(config))
    recorder = Recorder()
    runner.register_hook(recorder)
    runner.run([[0] * 5], [('train', 1)])
    return recorder.values


@pytest.mark.parametrize('name', sorted(GOLDEN))
def test_golden(name, tmp_path):
    case = GOLDEN[name]
    values = run(case['config'], name.split('/')[1], tmp_path, by_epoch=name.startswith('epoch'))
    assert values == pytest.approx(case['momentum'], rel=1e-12)


def test_the_second_beta_stays(tmp_path):
    model = OneWeight()
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    runner = IterBasedRunner(model, optimizer=optimizer, work_dir=str(tmp_path), max_iters=2)
    runner.register_momentum_hook({'policy': 'LinearAnnealing', 'min_momentum': 0.0, 'by_epoch': False})
    runner.run([[0]], [('train', 1)])
    assert optimizer.param_groups[0]['betas'] == (0.45, 0.99)


@pytest.mark.parametrize(('config', 'optimizer', 'message'), [
    ({'policy': 'OneCycle'}, 'Adagrad', 'Adagrad has no momentum'),
    ({'policy': 'step', 'step': 3}, 'SGD', 'by_epoch=False'),
    ({'policy': 'OneCycle', 'warmup': 'linear', 'warmup_iters': 3}, 'SGD', 'no such argument'),
    ({'policy': 'OneCycle', 'base_momentum': [0.8, 0.9]}, 'SGD', 'base_momentum has 2 values'),
])
def test_mistakes_are_one_line(config, optimizer, message, tmp_path):
    with pytest.raises(ValueError, match=message) as error:
        run(config, optimizer, tmp_path)
    assert '\n' not in str(error.value)


class OwnRegular(MomentumUpdaterHook):
    def get_regular_momentum(self, runner):
        return [base / 2 for base in self.base_momentum]


class OwnSetting(MomentumUpdaterHook):
    def get_momentum(self, runner, base_momentum):
        return base_momentum

    def get_warmup_momentum(self, cur_iters):
        return [momentum / 4 for momentum in self.regular_momentum]

    def _set_momentum(self, runner, momentum_groups):
        super()._set_momentum(runner, [momentum / 2 for momentum in momentum_groups])


@pytest.mark.parametrize(('hook', 'momenta'), [
    (OwnRegular(by_epoch=False), [0.4, 0.4]),
    (OwnSetting(by_epoch=False, warmup='linear', warmup_iters=1), [0.1, 0.4]),
])
def test_steps_of_projects(hook, momenta, tmp_path):
    seen, weight = [], torch.nn.Linear(1, 1)
    weight.train_step = lambda batch, optimizer: {
        'loss': weight(torch.ones(1)).sum(), 'log_vars': {}, 'num_samples': 1}

    class Recorder(Hook):
        def after_train_iter(self, runner):
            seen.extend(runner.current_momentum())

    runner = IterBasedRunner(weight, optimizer=torch.optim.SGD(weight.parameters(), 0.1, momentum=0.8),
                             work_dir=str(tmp_path), max_iters=2)
    runner.register_momentum_hook(hook)
    runner.register_hook(Recorder())
    runner.run([[0, 0]], [('train', 1)])
    assert seen == pytest.approx(momenta)
