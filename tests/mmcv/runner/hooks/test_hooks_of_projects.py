"""Hooks and runners as projects of mmcv 1.x write them: without the base's constructor, over its inner methods."""

import json
import logging

import pytest
import torch

from mmcv.checkpoint import save_checkpoint
from mmcv.runner import (
    CheckpointHook,
    EpochBasedRunner,
    Fp16OptimizerHook,
    Hook,
    IterBasedRunner,
    LoggerHook,
    OptimizerHook,
    TextLoggerHook,
)


@pytest.fixture
def run(make_runner, stream):
    """``run(*hooks, prepare=..., **sections)``: a run of six iterations with the hooks of these sections."""

    def to_the_end(*hooks, prepare=None, optimizer_config=None, **sections):
        runner = make_runner(max_iters=6)
        runner.register_training_hooks({'policy': 'fixed'}, optimizer_config or {}, **sections)
        for hook in hooks:
            runner.register_hook(hook, 'VERY_LOW' if isinstance(hook, LoggerHook) else 'NORMAL')
        if prepare is not None:
            prepare(runner)
        runner.run([stream()], [('train', 1)])
        return runner

    return to_the_end


class Stepping(OptimizerHook):
    def __init__(self, update_interval=1):
        self.update_interval = update_interval

    def before_run(self, runner):
        runner.optimizer.zero_grad()

    def after_train_iter(self, runner):
        (runner.outputs['loss'] / self.update_interval).backward()
        if self.every_n_iters(runner, self.update_interval):
            runner.optimizer.step()
            runner.optimizer.zero_grad()


class Clipping(OptimizerHook):
    def __init__(self, use_fp16=False):
        self.grad_clip = {'max_norm': 1.0}
        self.use_fp16 = use_fp16


class Scaled(Fp16OptimizerHook):
    def __init__(self):
        self.grad_clip = None

    before_run = Stepping.before_run

    def after_train_iter(self, runner):
        runner.outputs['loss'].backward()
        runner.optimizer.step()


@pytest.mark.parametrize('kind', [Stepping, Clipping, Scaled])
def test_optimizer_hooks_need_no_constructor(kind, run, make_runner):
    before = make_runner(max_iters=1).model.linear.weight.clone()
    runner = run(optimizer_config=kind(), checkpoint_config={'interval': 4})
    assert not torch.equal(before, runner.model.linear.weight)


def test_loggers_need_no_constructor(run):
    class Counting(LoggerHook):
        def __init__(self):
            self.seen = []
            self.interval = 2

        def log(self, runner):
            self.seen.append((runner.finished_iters, 'loss' in runner.log_buffer.output))

    hook = Counting()
    hook.by_epoch = False
    run(hook)
    assert hook.seen == [(2, True), (4, True), (6, True)]


class Lines(TextLoggerHook):
    def __init__(self, **kwargs):
        super().__init__(by_epoch=False, **kwargs)
        self.dumped, self.said = [], []

    def _dump_log(self, log_dict, runner):
        self.dumped.append(log_dict)
        super()._dump_log(log_dict, runner)

    def _log_info(self, log_dict, runner):
        self.said.append(log_dict)
        super()._log_info({**log_dict, 'epochs': self._round_float(1.234567)}, runner)


def test_text_loggers_override_how_lines_are_written(run):
    hook = Lines(interval=3)
    runner = run(hook)
    assert [line['iter'] for line in hook.said] == [3, 6]
    assert hook.dumped[1:] == hook.said  # the first one is runner.meta
    assert hook.said[0]['memory'] > 0 < hook._get_max_memory(runner)


def test_an_evaluation_that_clears_the_log(run):
    class Evaluates(Hook):
        def after_train_iter(self, runner):
            if self.every_n_iters(runner, 3):
                runner.log_buffer.clear()
                runner.log_buffer.output['mIoU'] = 0.5
                runner.log_buffer.ready = True

    for interval in (2, 3):
        hook = Lines(interval=interval)
        run(Evaluates(), hook)
        assert [(line['mode'], line['mIoU']) for line in hook.said if 'mIoU' in line] == [('val', 0.5)] * 2
        assert all({'time', 'data_time', 'loss'} <= set(line) for line in hook.said if line['mode'] == 'train')


class _Saves:
    def save_checkpoint(self, out_dir, filename_tmpl='x_{}.pth', meta=None, save_optimizer=True, create_symlink=False):
        meta = {**(meta or {}), 'mine': True}
        save_checkpoint(self.model, f'{out_dir}/{filename_tmpl.format(self.iter + 1)}', self.optimizer, meta)


@pytest.mark.parametrize('kind', [IterBasedRunner, EpochBasedRunner])
def test_runners_save_in_their_own_way(kind, make_runner, stream, tmp_path):
    own = type('Own', (_Saves, kind), {})
    model = make_runner(max_iters=1).model
    length = {'max_iters': 6} if kind is IterBasedRunner else {'max_epochs': 3}
    runner = own(model, optimizer=torch.optim.SGD(model.parameters(), 0.1), work_dir=str(tmp_path),
                 logger=logging.getLogger('a runner'), **length)
    runner.register_hook(OptimizerHook())
    runner.register_hook(CheckpointHook(1, by_epoch=kind is EpochBasedRunner, max_keep_ckpts=2))
    if kind is EpochBasedRunner:
        stream = torch.utils.data.DataLoader([{'x': torch.ones(4), 'position': 0}] * 4, batch_size=2)
    runner.run([stream if kind is EpochBasedRunner else stream()], [('train', 1)])
    saved = sorted(path.name for path in tmp_path.glob('*_*.pth'))
    assert saved == (['iter_5.pth', 'iter_6.pth'] if kind is IterBasedRunner else ['epoch_2.pth', 'epoch_3.pth'])
    assert torch.load(tmp_path / saved[-1])['meta']['mine']


def test_of_several_ranks_one_saves_in_its_own_way(run_ranks):
    run_ranks("""
        from mmcv.checkpoint import read_checkpoint
        from mmcv.runner import CheckpointHook, IterBasedRunner

        class Model(torch.nn.Linear):
            def train_step(self, batch, optimizer):
                return {'loss': self(batch).sum(), 'log_vars': {}, 'num_samples': 1}

        class Alone(IterBasedRunner):
            calls = []

            def save_checkpoint(self, out_dir, filename_tmpl='iter_{}.pth', meta=None, create_symlink=False):
                self.calls.append(filename_tmpl)

        class WithOurs(Alone):
            def save_checkpoint(self, out_dir, filename_tmpl='iter_{}.pth', meta=None, create_symlink=False):
                super().save_checkpoint(out_dir, filename_tmpl, meta, create_symlink)
                IterBasedRunner.save_checkpoint(self, out_dir, filename_tmpl, meta={'mine': rank})

        for kind, interval in ((Alone, 2), (WithOurs, 3)):
            runner = kind(Model(1, 1), work_dir=str(tmp_path), max_iters=6)
            runner.register_hook(CheckpointHook(interval, by_epoch=False, max_keep_ckpts=1))
            runner.run([[torch.ones(1, 1)] * 6], [('train', 1)])
        assert Alone.calls == ([] if rank else ['iter_2.pth', 'iter_4.pth', 'iter_6.pth', 'iter_3.pth', 'iter_6.pth'])
        dist.barrier()
        assert [path.name for path in tmp_path.glob('iter_*.pth')] == ['iter_6.pth']
        saved = read_checkpoint(tmp_path / 'iter_6.pth')
        assert saved['meta']['mine'] == 0
        assert len(saved['resume']['rng']) == 2
    """)


@pytest.mark.parametrize('meta', [{'config': 'x'}, None])
def test_meta_may_be_replaced(meta, run, tmp_path):
    def replace(runner):
        runner.hook_msgs['told'] = 1
        runner.meta = meta

    runner = run(prepare=replace, checkpoint_config={'interval': 3}, log_config={'interval': 3, 'hooks': [
        {'type': 'TextLoggerHook'}]})
    assert runner.meta == {**(meta or {}), 'hook_msgs': runner.hook_msgs}
    assert runner.hook_msgs['told'] == 1
    assert torch.load(tmp_path / 'iter_6.pth')['meta']['hook_msgs']['told'] == 1
    first, *_ = next(iter(tmp_path.glob('*.log.json'))).read_text().splitlines()
    assert json.loads(first).get('config') == (meta or {}).get('config')


class OwnLoop(IterBasedRunner):
    def train(self, data_loader, **kwargs):
        self.model.train()
        self.mode = 'train'
        self.data_loader = data_loader
        self._epoch = data_loader.epoch
        batch = next(data_loader)
        self.call_hook('before_train_iter')
        self.outputs = self.model.train_step(batch, self.optimizer, **kwargs)
        self.log_buffer.update(self.outputs['log_vars'], self.outputs['num_samples'])
        self.call_hook('after_train_iter')
        self._inner_iter += 1
        self._iter += 1


class CountsSteps(EpochBasedRunner):
    steps = 0

    def train(self, data_loader, **kwargs):
        self.model.train()
        self.mode = 'train'
        self.data_loader = data_loader
        self.call_hook('before_train_epoch')
        for self._inner_iter, batch in enumerate(data_loader):
            self.call_hook('before_train_iter')
            self.run_iter(batch, train_mode=True, **kwargs)
            self.call_hook('after_train_iter')
            self._iter += 1
        self.call_hook('after_train_epoch')
        self._epoch += 1

    def run_iter(self, data_batch, train_mode, **kwargs):
        self.steps += 1
        super().run_iter(data_batch, train_mode, **kwargs)


def test_runners_train_in_their_own_way(make_runner, stream, tmp_path):
    model = make_runner(max_iters=1).model
    options = {'optimizer': torch.optim.SGD(model.parameters(), 0.1), 'work_dir': str(tmp_path),
               'logger': logging.getLogger('a runner')}
    runner, lines = OwnLoop(model, max_iters=6, **options), Lines(interval=3)
    runner.register_training_hooks({'policy': 'fixed'}, {}, {'interval': 2})
    runner.register_hook(lines, 'VERY_LOW')
    runner.run([stream()], [('train', 1)])
    assert model.seen == [0, 1, 2, 3, 4, 5]
    assert sorted(path.name for path in tmp_path.glob('iter_*')) == ['iter_2.pth', 'iter_4.pth', 'iter_6.pth']
    assert [line['iter'] for line in lines.said] == [3, 6]
    counting = CountsSteps(model, max_epochs=2, **options)
    counting.run([stream()], [('train', 1)])
    assert counting.steps == counting.iter == 10
    assert model.seen[6:] == [*range(10)]
