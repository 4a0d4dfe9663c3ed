"""The evaluation of any data set in the course of training, and hooks of 0.x that are made of it."""

import logging
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from mmcv.engine import DistEvalHook, EvalHook, single_gpu_test
from mmcv.runner import EMAHook, EpochBasedRunner, IterBasedRunner


class Scores:
    """A data set whose metrics are the numbers it is given, one after the other."""

    def __init__(self, *scores):
        self.scores = list(scores)
        self.options = []

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return {'x': torch.full((1,), float(index))}

    def evaluate(self, results, logger=None, **options):
        assert results == [0, 1]
        self.options.append(options)
        return {} if not self.scores else {'acc': torch.tensor(self.scores[0]), 'loss': -self.scores.pop(0)}


class Model(nn.Module):

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x, return_loss=False):
        return [int(value) for value in x]

    def train_step(self, data, optimizer=None, **kwargs):
        return {'loss': self.weight.sum(), 'log_vars': {}, 'num_samples': 1}


def run(tmp_path, hook, kind=EpochBasedRunner, length=3, others=()):
    model = Model()
    runner = kind(model, optimizer=torch.optim.SGD(model.parameters(), 0.1), work_dir=str(tmp_path / 'work'),
                  logger=logging.getLogger('quiet'),
                  **{'max_epochs' if kind is EpochBasedRunner else 'max_iters': length})
    by_epoch = kind is EpochBasedRunner
    runner.register_training_hooks({'policy': 'fixed', 'by_epoch': by_epoch}, {})
    for other in others:
        runner.register_hook(other)
    runner.register_hook(hook, 'LOW')
    runner.run([DataLoader([{'x': torch.zeros(1)}] * 2)], [('train', 1)])
    return runner


def names(folder):
    return sorted(path.name for path in folder.glob('best_*'))


@pytest.mark.parametrize('kind', [EvalHook, DistEvalHook])
def test_evaluates_any_data_set(tmp_path, kind):
    dataset = Scores(0.1, 0.3, 0.2)
    hook = kind(DataLoader(dataset), save_best='acc', metric='top')
    runner = run(tmp_path, hook)
    assert dataset.options == [{'metric': 'top'}] * 3
    assert names(tmp_path / 'work') == ['best_acc_epoch_2.pth']
    assert runner.meta['hook_msgs']['best_score'] == pytest.approx(0.3)
    assert hook.best_ckpt_path == runner.meta['hook_msgs']['best_ckpt'] == str(tmp_path / 'work/best_acc_epoch_2.pth')
    assert runner.metrics == {'acc': pytest.approx(0.2), 'loss': -0.2}


def test_the_first_metric_and_the_rule_by_its_name(tmp_path):
    hook = EvalHook(DataLoader(Scores(0.1, 0.3)), save_best='auto', by_epoch=False)
    run(tmp_path, hook, IterBasedRunner, 2)
    assert (hook.key_indicator, hook.rule) == ('acc', 'greater')
    assert EvalHook(DataLoader(Scores()), save_best='loss_cls').rule == 'less'
    assert EvalHook(DataLoader(Scores()), save_best='cost', less_keys='cost').rule == 'less'
    with pytest.raises(ValueError, match='rule='):
        EvalHook(DataLoader(Scores()), save_best='beauty')


def test_a_rank_that_evaluates_nothing_knows_the_first_metric_too(tmp_path, monkeypatch):
    found = []

    class Hook(EvalHook):
        def _save_ckpt(self, runner, key_score):
            found.append((self.key_indicator, self.rule, key_score))

    monkeypatch.setattr('mmcv.engine.evaluation_hook.dist', SimpleNamespace(
        is_main=lambda: False, broadcast_object=lambda own: ({'acc': 0.5, 'loss': 1.0}, 0.5)))
    run(tmp_path, Hook(DataLoader(Scores()), save_best='auto'), length=1)
    assert found == [('acc', 'greater', 0.5)]


def test_no_metrics_keep_nothing(tmp_path):
    with pytest.warns(UserWarning, match='gave no metrics'):
        run(tmp_path, EvalHook(DataLoader(Scores()), save_best='acc'), length=1)
    assert names(tmp_path / 'work') == []


def test_in_another_folder(tmp_path):
    run(tmp_path, EvalHook(DataLoader(Scores(0.1, 0.2, 0.3)), save_best='acc', out_dir=str(tmp_path / 'out')))
    assert names(tmp_path / 'out' / 'work') == ['best_acc_epoch_3.pth']


def test_a_test_function_of_ones_own(tmp_path):
    called = []

    def test(model, loader, **options):
        called.append(options)
        return [0, 1]

    run(tmp_path, EvalHook(DataLoader(Scores(0.1)), test_fn=test), length=1)
    run(tmp_path, DistEvalHook(DataLoader(Scores(0.1)), test_fn=test, gpu_collect=True), length=1)
    assert called == [{}, {'tmpdir': str(tmp_path / 'work/.eval_hook'), 'gpu_collect': True}]


class Hook0x(EvalHook):
    """As projects of 0.x write theirs."""

    def _do_evaluate(self, runner):
        if not self._should_evaluate(runner):
            return
        results = single_gpu_test(runner.model, self.dataloader)
        runner.log_buffer.clear()
        runner.log_buffer.output['eval_iter_num'] = len(self.dataloader)
        key_score = self.evaluate(runner, results)
        if self.save_best:
            self._save_ckpt(runner, key_score)


@pytest.mark.parametrize('start', [None, 0])
def test_hooks_of_0x(tmp_path, start):
    dataset = Scores(0.1, 0.4, 0.2, 0.3)
    hook = Hook0x(DataLoader(dataset), start=start, interval=1, by_epoch=False, save_best='acc')
    runner = run(tmp_path, hook, IterBasedRunner, 3)
    assert len(dataset.options) == 3 + (start == 0)
    assert names(tmp_path / 'work') == [f'best_acc_iter_{2 if start is None else 1}.pth']
    assert runner.metrics['acc'] == pytest.approx(0.2 if start is None else 0.3)


def test_the_best_checkpoint_holds_the_average(tmp_path):
    run(tmp_path, Hook0x(DataLoader(Scores(0.1)), save_best='acc'), length=1, others=[EMAHook(momentum=0.5, warm_up=1)])
    content = torch.load(tmp_path / 'work/best_acc_epoch_1.pth')
    trained, average = content['ema']['weight'].item(), content['state_dict']['weight'].item()
    assert trained == pytest.approx(0.8)  # two steps of 0.1
    assert 0.8 < average < 1


def test_rank_0_alone_may_ask_for_the_best(run_ranks):
    run_ranks("""
    import logging
    from torch import nn
    from torch.utils.data import DataLoader
    from mmcv.engine import DistEvalHook
    from mmcv.runner import IterBasedRunner

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(2)
            self.norm.running_mean += rank

        def train_step(self, data, optimizer=None):
            return {'loss': self.norm(torch.ones(2, 2)).sum(), 'log_vars': {}, 'num_samples': 1}

    class Hook(DistEvalHook):
        def _do_evaluate(self, runner):
            if runner.rank == 0:
                runner.log_buffer.output['acc'] = 1
                self._save_ckpt(runner, 1.0)

    model = Model()
    runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), 0.1), work_dir=str(tmp_path),
                             logger=logging.getLogger('quiet'), max_iters=1)
    runner.register_training_hooks({'policy': 'fixed'}, {})
    runner.register_hook(Hook(DataLoader([0]), by_epoch=False, save_best='acc'), 'LOW')
    runner.run([DataLoader([{'x': torch.zeros(1)}] * 2)], [('train', 1)])
    if rank == 0:
        content = torch.load(tmp_path / 'best_acc_iter_1.pth')
        assert len(content['resume']['rng']) == 2
    """)
