"""Both runners: their loops, counters, hooks, and that a resumed run is the run that was never stopped."""

import logging

import numpy as np
import pytest
import torch
from torch import nn

from mmcv.runner import HOOKS, EpochBasedRunner, Hook, IterBasedRunner, base_runner, get_priority, obj_from_dict


class Trace(Hook):
    """Writes down every stage with the counters."""

    def __init__(self, stages=('before_run', 'before_train_iter', 'after_train_iter', 'after_run', 'close')):
        self.lines = []
        for stage in stages:
            setattr(self, stage, lambda runner, stage=stage: self.lines.append(
                (stage, runner.epoch, runner.iter, runner.inner_iter, runner.finished_iters)))


def weights(runner):
    return [value.clone() for value in runner.model.state_dict().values()]


def equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_iterations(make_runner, stream):
    runner, trace = make_runner(max_iters=2), Trace()
    runner.register_hook(trace)
    runner.run([stream()], [('train', 1)])
    assert trace.lines == [
        ('before_run', 0, 0, 0, 0), ('before_train_iter', 0, 0, 0, 0), ('after_train_iter', 0, 0, 0, 1),
        ('before_train_iter', 0, 1, 0, 1), ('after_train_iter', 0, 1, 0, 2), ('after_run', 0, 2, 1, 2),
        ('close', 0, 2, 1, 2)]


def test_epochs(make_runner, stream):
    runner, trace = make_runner(max_epochs=2), Trace(('before_train_epoch', 'after_train_iter', 'after_train_epoch'))
    runner.register_hook(trace)
    runner.run([stream(2)], [('train', 1)])
    assert runner.max_iters == 4
    assert trace.lines == [
        ('before_train_epoch', 0, 0, 0, 0), ('after_train_iter', 0, 0, 0, 1), ('after_train_iter', 0, 1, 1, 2),
        ('after_train_epoch', 0, 2, 1, 2),
        ('before_train_epoch', 1, 2, 1, 2), ('after_train_iter', 1, 2, 0, 3), ('after_train_iter', 1, 3, 1, 4),
        ('after_train_epoch', 1, 4, 1, 4)]


def test_epochs_of_an_iteration_runner(make_runner, stream):
    runner, epochs = make_runner(max_iters=20), []
    runner.register_hook(type('Epochs', (Hook,), {'after_train_iter': lambda self, r: epochs.append(r.epoch)})())
    runner.run([stream(3)], [('train', 1)])
    assert [epochs[i] for i in (4, 9, 14, 19)] == [1, 2, 4, 6]  # as the log of mmcv 1.7.2 has it, which counts from 1


@pytest.mark.parametrize(('length', 'workflow', 'steps'), [
    ({'max_iters': 4}, [('train', 2), ('val', 1)], 'ttvttv'),
    ({'max_epochs': 2}, [('train', 1), ('val', 1)], 'ttvvttvv'),
])
def test_validation_in_the_workflow(make_runner, stream, length, workflow, steps):
    runner, taken = make_runner(**length), []
    runner.register_hook(type('Steps', (Hook,), {
        'after_train_iter': lambda self, r: taken.append('t' if r.model.training else '?'),
        'after_val_iter': lambda self, r: taken.append('?' if r.model.training or torch.is_grad_enabled() else 'v')})())
    runner.run([stream(2), stream(2)], workflow)
    assert ''.join(taken) == steps
    assert runner.model.seen == [0, 1, 2, 3]


def test_plain_loaders_begin_anew(make_runner):
    batches = [{'x': torch.ones(2, 4), 'position': i} for i in range(3)]
    runner = make_runner(max_iters=7)
    runner.run([batches], [('train', 1)])
    assert runner.model.seen == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize('length', [{'max_iters': 1}, {'max_epochs': 1}])
def test_a_loader_without_batches(make_runner, length):
    with pytest.raises(ValueError, match='samples_per_gpu'):
        make_runner(**length).run([[]], [('train', 1)])


def test_samplers_hear_of_the_epoch(make_runner):
    class Loader(list):
        sampler = type('Sampler', (), {'set_epoch': lambda self, epoch: epochs.append(epoch)})()

    epochs = []
    make_runner(max_iters=5).run([Loader({'x': torch.ones(2, 4), 'position': i} for i in range(2))], [('train', 1)])
    assert epochs == [0, 1, 2]


def test_batch_processor(tmp_path):
    modes = []

    def process(model, batch, train_mode):
        modes.append(train_mode)
        return {'loss': model(batch).sum(), 'log_vars': {}, 'num_samples': 1}

    runner = IterBasedRunner(nn.Linear(1, 1), process, work_dir=str(tmp_path), max_iters=1)
    runner.run([[torch.ones(1)], [torch.ones(1)]], [('train', 1), ('val', 1)])
    assert modes == [True, False]


def test_close_is_called_however_a_run_ends(make_runner, stream):
    runner, trace = make_runner(max_iters=2), Trace(('close', 'after_run'))
    runner.register_hook(trace)
    runner.model.train_step = lambda *args: 1 / 0
    with pytest.raises(ZeroDivisionError):
        runner.run([stream()], [('train', 1)])
    assert [stage for stage, *_ in trace.lines] == ['close']


@pytest.mark.parametrize('length', [{'max_iters': 100}, {'max_epochs': 20}])
def test_stop(make_runner, stream, length):
    runner = make_runner(**length)
    runner.register_hook(type('Stop', (Hook,), {
        'after_train_iter': lambda self, r: r.iter == 6 and r.stop('enough')})())
    runner.run([stream()], [('train', 1)])
    assert runner.iter == 7


@pytest.mark.parametrize(('make', 'message'), [
    (lambda m, d: IterBasedRunner(nn.Linear(1, 1), work_dir=d), 'no train_step'),
    (lambda m, d: m(max_iters=1, max_epochs=1), 'not both'),
    (lambda m, d: m(max_iters=0), 'max_iters is 0: use a whole number'),
    (lambda m, d: m(max_iters=2.5), 'max_iters is 2.5: use a whole number'),
    (lambda m, d: m(max_iters=1).run([[1], [1]], [('train', 1)]), 'needs 1 data loaders, not 2'),
    (lambda m, d: m(max_iters=1).run([[1]], [('test', 1)]), 'workflow'),
    (lambda m, d: m(max_iters=None).run([[1]], [('train', 1)]), 'max_iters is missing'),
    (lambda m, d: m(max_epochs=None).run([[1]], [('train', 1)]), 'max_epochs is missing'),
    (lambda m, d: m(max_iter=1), 'did you mean max_iters'),
])
def test_mistakes_are_one_line(make_runner, tmp_path, make, message):
    with pytest.raises(ValueError, match=message) as error:
        make(make_runner, str(tmp_path))
    assert '\n' not in str(error.value)


# --- hooks

def test_order_of_hooks(make_runner):
    runner = make_runner(max_iters=1)
    runner.register_hook(Hook(), 'LOWEST')
    runner.register_training_hooks(
        {'policy': 'poly'}, {}, {'interval': 1}, {'interval': 1, 'hooks': [{'type': 'TextLoggerHook'}]},
        {'policy': 'cyclic'}, custom_hooks_config=[{'type': 'EMAHook', 'priority': 'VERY_HIGH'}, Hook()])
    runner.register_hook(Hook(), 55)
    assert [(type(hook).__name__, hook.priority) for hook in runner.hooks] == [
        ('PolyLrUpdaterHook', 10), ('EMAHook', 10), ('CyclicMomentumUpdaterHook', 30), ('OptimizerHook', 40),
        ('CheckpointHook', 50), ('Hook', 50), ('Hook', 55), ('SignalHook', 60), ('IterTimerHook', 70),
        ('TextLoggerHook', 90), ('Hook', 100), ('ProgressBarHook', 100)]
    info = runner.get_hook_info().splitlines()
    assert info[0] == (
        'before_run: PolyLrUpdaterHook (VERY_HIGH), EMAHook (VERY_HIGH), CyclicMomentumUpdaterHook (HIGH), '
        'OptimizerHook (ABOVE_NORMAL), CheckpointHook (NORMAL), SignalHook (BELOW_NORMAL), IterTimerHook (LOW), '
        'TextLoggerHook (VERY_LOW), ProgressBarHook (LOWEST)')
    assert 'before_val_iter: IterTimerHook (LOW)' in info


def test_hooks_that_are_objects(make_runner):
    runner, hook = make_runner(max_iters=1), Hook()
    runner.register_lr_hook(hook)
    with pytest.raises(ValueError, match='registered already'):
        runner.register_hook(hook)
    runner.register_training_hooks(None, None, None, None, None, None, None)
    assert runner.hooks[0] is hook


@pytest.mark.parametrize('priority', ['FIRST', 101, -1, None])
def test_unknown_priority(priority):
    with pytest.raises(ValueError, match='HIGHEST, VERY_HIGH'):
        get_priority(priority)


def test_questions_of_hooks(make_runner, stream):
    runner, answers = make_runner(max_epochs=2), []
    runner.register_hook(type('Ask', (Hook,), {'after_train_iter': lambda self, r: answers.append([
        self.every_n_iters(r, 3), self.every_n_inner_iters(r, 2), self.every_n_epochs(r, 2), self.every_n_iters(r, 0),
        self.end_of_epoch(r), self.is_last_iter(r), self.is_last_epoch(r)])})())
    runner.run([stream(3)], [('train', 1)])
    no, yes = False, True
    assert answers == [
        [no, no, no, no, no, no, no], [no, yes, no, no, no, no, no], [yes, no, no, no, yes, no, no],
        [no, no, yes, no, no, no, yes], [no, yes, yes, no, no, no, yes], [yes, no, yes, no, yes, yes, yes]]


def test_only_hooks_are_registered():
    with pytest.raises(TypeError, match='hook registry'):
        HOOKS.register_module(module=nn.Linear)


def test_obj_from_dict():
    layer = obj_from_dict({'type': 'Linear', 'in_features': 2}, nn, {'out_features': 3})
    assert (layer.in_features, layer.out_features) == (2, 3)
    with pytest.raises(ValueError, match=r'torch\.nn'):
        obj_from_dict({'type': 'Linnear'}, nn)


# --- saving and resuming

SCHEDULES = {'lr_config': {'policy': 'poly', 'warmup': 'linear', 'warmup_iters': 4},
             'momentum_config': {'policy': 'cyclic'}}


def train(runner, loader, resume=None, optimizer_config=None, hooks=(), interval=4):
    by_epoch = isinstance(runner, EpochBasedRunner)
    schedules = {name: {**config, 'by_epoch': False} for name, config in SCHEDULES.items()}
    runner.register_training_hooks(optimizer_config=optimizer_config or {}, custom_hooks_config=list(hooks),
                                   checkpoint_config={'interval': interval, 'by_epoch': by_epoch}, **schedules)
    if resume:
        runner.resume(str(resume))
    torch.manual_seed(123 if resume else 1)
    runner.run([loader], [('train', 1)])
    return weights(runner)


VARIANTS = {
    'sgd': {},
    'adam': {'optimizer': 'Adam'},
    'half a step': {'optimizer_config': {'type': 'GradientCumulativeOptimizerHook', 'cumulative_iters': 3}},
    'clipped': {'optimizer_config': {'grad_clip': {'max_norm': 0.01}}},
    'scaler': {'optimizer_config': {
        'type': 'Fp16OptimizerHook', 'loss_scale': {'init_scale': 8.0, 'growth_interval': 3}}},
    'bfloat16': {'optimizer_config': {'type': 'AmpOptimizerHook'}},
    'average': {'hooks': [{'type': 'EMAHook', 'momentum': 0.3, 'warm_up': 2}]},
    'average every third': {'hooks': [{'type': 'EMAHook', 'momentum': 0.3, 'interval': 3}]},
}


@pytest.mark.parametrize('name', VARIANTS)
@pytest.mark.parametrize('stop', [4, 8])
def test_a_resumed_run_is_the_same_run(make_runner, stream, tmp_path, name, stop):
    options = dict(VARIANTS[name])
    optimizer = options.pop('optimizer', 'SGD')
    whole = make_runner(max_iters=11, optimizer=optimizer)
    expected = train(whole, stream(), **options)

    resumed, loader = make_runner(max_iters=11, optimizer=optimizer), stream()
    assert equal(train(resumed, loader, tmp_path / f'iter_{stop}.pth', **options), expected)
    assert loader.started == [stop]
    assert resumed.model.seen == list(range(stop, 11))
    assert resumed.optimizer.param_groups[0]['lr'] == whole.optimizer.param_groups[0]['lr']


def test_a_run_is_resumed_on_the_device_that_is_current(make_runner, stream, tmp_path, monkeypatch):
    train(make_runner(max_iters=4, optimizer='Adam'), stream())
    runner = make_runner(max_iters=8, optimizer='Adam')
    runner.resume(str(tmp_path / 'iter_4.pth'), resume_optimizer=True, map_location='default')
    assert runner.iter == 4
    asked = []
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.cuda, 'current_device', lambda: 3)
    monkeypatch.setattr(base_runner, 'read_checkpoint', lambda path, location: asked.append(location) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runner.resume('any', map_location='default')
    assert asked == ['cuda:3']


def test_a_resumed_epoch_run_is_the_same_run(make_runner, stream, tmp_path):
    expected = train(make_runner(max_epochs=3), stream(), interval=1)
    assert equal(train(make_runner(max_epochs=3), stream(), tmp_path / 'epoch_2.pth', interval=1), expected)


def test_resume_in_the_middle_of_an_epoch(make_runner, stream, tmp_path):
    def run(resume=None):
        runner = make_runner(max_epochs=2)
        runner.register_training_hooks(None, {}, {'interval': 3, 'by_epoch': False})
        if resume:
            runner.resume(resume)
        torch.manual_seed(5 if resume else 1)
        runner.run([stream()], [('train', 1)])
        return runner

    whole, resumed = run(), run(str(tmp_path / 'iter_3.pth'))
    assert resumed.model.seen == list(range(3, 10))
    assert resumed.epoch == 2
    assert equal(weights(whole), weights(resumed))


def test_content_of_a_checkpoint(make_runner, stream, tmp_path):
    runner = make_runner(max_iters=4, meta={'seed': 7, 'config': 'text'})
    runner.model.CLASSES, runner.model.PALETTE = ('a', 'b'), [[0, 0, 0], [1, 1, 1]]
    runner.register_training_hooks(None, {}, {'interval': 2, 'meta': {'mmseg_version': 'x'}})
    runner.run([stream(3)], [('train', 1)])
    content = torch.load(tmp_path / 'latest.pth', weights_only=True)
    meta = content['meta']
    assert (tmp_path / 'latest.pth').readlink().name == 'iter_4.pth'
    assert set(content) == {'meta', 'state_dict', 'optimizer', 'resume'}
    assert meta['iter'] == 4
    assert meta['epoch'] == 1
    assert meta['hook_msgs'] == {'last_ckpt': str(tmp_path / 'iter_2.pth')}
    assert (meta['seed'], meta['config'], meta['mmseg_version']) == (7, 'text', 'x')
    assert meta['CLASSES'] == ('a', 'b')
    assert meta['PALETTE'] == [[0, 0, 0], [1, 1, 1]]
    assert {'mmcv_version', 'time'} <= set(meta)


def test_checkpoint_of_mmcv_1_7(make_runner, stream, tmp_path):
    """The layout of checkpoint_format.json, with the iteration one too low and numpy numbers in it."""
    source = make_runner(max_iters=10)
    source.register_training_hooks(None, {})
    source.run([stream()], [('train', 1)])
    messages = {'best_score': np.float32(0.25), 'best_ckpt': 'best.pth', 'object': np.random.RandomState()}
    torch.save({
        'meta': {'epoch': 3, 'iter': 9, 'mmcv_version': '1.7.2', 'CLASSES': ['a'], 'hook_msgs': messages},
        'state_dict': source.model.state_dict(), 'optimizer': source.optimizer.state_dict()}, tmp_path / 'iter_10.pth')
    runner = make_runner(max_iters=12)
    runner.resume(str(tmp_path / 'iter_10.pth'))
    assert runner.iter == 10
    assert runner.hook_msgs == {'best_score': 0.25, 'best_ckpt': 'best.pth'}
    assert type(runner.hook_msgs['best_score']) is float
    assert equal(weights(runner), weights(source))
    runner.register_training_hooks(None, {})
    runner.run([stream()], [('train', 1)])
    assert runner.model.seen == [10, 11]


def test_a_renamed_old_checkpoint_is_remarked_on(make_runner, tmp_path, caplog):
    runner = make_runner(max_iters=10)
    torch.save({'meta': {'iter': 9}, 'state_dict': runner.model.state_dict(),
                'optimizer': runner.optimizer.state_dict()}, tmp_path / 'renamed.pth')
    with caplog.at_level(logging.WARNING):
        runner.resume(str(tmp_path / 'renamed.pth'))
    assert 'going on from iteration 9' in caplog.text


@pytest.mark.parametrize(('alter', 'message'), [
    (lambda c: c.pop('optimizer'), 'holds no optimizer state'),
    (lambda c: c['meta'].pop('iter'), 'says no iteration'),
    (lambda c: c.pop('meta'), 'says no iteration'),
    (lambda c: c['state_dict'].pop('linear.bias'), r'1 keys missing \(linear.bias\)'),
    (lambda c: c['optimizer']['param_groups'].append({'params': []}), 'does not fit the optimizer'),
    (lambda c: c['optimizer']['param_groups'][0].pop('momentum'), 'of another kind, without momentum'),
    (lambda c: c['optimizer'].update(state=None), 'a state that no run here has saved .*NoneType'),
    (lambda c: c['meta'].update(epoch=None), 'a state that no run here has saved .*NoneType'),
    (lambda c: c.update(resume=[1]), 'a state that no run here has saved .*list'),
])
def test_what_cannot_be_resumed(make_runner, stream, tmp_path, alter, message):
    runner = make_runner(max_iters=1)
    runner.register_training_hooks(None, {}, {'interval': 1})
    runner.run([stream()], [('train', 1)])
    content = torch.load(tmp_path / 'iter_1.pth', weights_only=True)
    alter(content)
    torch.save(content, tmp_path / 'x.pth')
    with pytest.raises(ValueError, match=message) as error:
        make_runner(max_iters=1).resume(str(tmp_path / 'x.pth'))
    assert '\n' not in str(error.value)


def test_auto_resume(make_runner, stream, tmp_path):
    runner = make_runner(max_iters=4)
    runner.auto_resume()
    assert runner.iter == 0
    train(runner, stream(), interval=2)
    (tmp_path / 'iter_4.pth').write_bytes(b'damaged')
    again = make_runner(max_iters=4)
    with pytest.warns(UserWarning, match='iter_4'):
        again.auto_resume()
    assert again.iter == 2


def test_several_optimizers(make_runner, stream, tmp_path):
    def make():
        runner = make_runner(max_iters=1)
        runner.optimizer = {'a': torch.optim.Adam(runner.model.linear.parameters()),
                            'b': torch.optim.SGD(runner.model.bn.parameters(), lr=0.5)}
        return runner

    runner = make()
    runner.step({'x': torch.ones(6, 4), 'position': 0}, train_mode=True)
    runner.outputs['loss'].backward()
    for optimizer in runner.optimizer.values():
        optimizer.step()
    assert runner.current_momentum() == {'a': [0.9], 'b': [0]}
    path = runner.save_checkpoint(str(tmp_path))
    again = make()
    again.resume(path)
    assert again.optimizer['a'].state_dict()['state'][0]['step'] == 1


RANKS = """
    from torch import nn
    from mmcv.parallel import MMDistributedDataParallel
    from mmcv.runner import IterBasedRunner, Hook

    class Model(nn.Linear):
        def train_step(self, batch, optimizer):
            loss = nn.functional.dropout(self(batch), 0.5).sum()
            log = {'loss': loss.detach()}
            if UNEQUAL and rank: log['more'] = loss.detach()
            return {'loss': loss, 'log_vars': log, 'num_samples': 1}

    def train(resume=None):
        torch.manual_seed(0)
        model = MMDistributedDataParallel(Model(2, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        runner = IterBasedRunner(model, optimizer=optimizer, work_dir=str(tmp_path), max_iters=6)
        runner.register_training_hooks(None, {}, {'interval': 3})
        if resume:
            runner.resume(resume)
        torch.manual_seed(rank + (77 if resume else 0))
        runner.run([[torch.ones(1, 2) + rank]], [('train', 1)])
        return [p.detach().clone() for p in model.parameters()]
"""


def test_random_states_of_all_ranks(run_ranks):
    run_ranks(RANKS.replace('UNEQUAL', 'False') + """
    whole = train()
    dist.barrier()
    resumed = train(str(tmp_path / 'iter_3.pth'))
    assert all(torch.equal(a, b) for a, b in zip(whole, resumed))
    """)


def test_ranks_with_different_losses(run_ranks):
    outputs = run_ranks(RANKS.replace('UNEQUAL', 'True') + """
    try:
        train()
    except ValueError as error:
        print(error)
    """)
    for output in outputs:
        assert output == "the ranks compute different losses: rank 0 ['loss'], rank 1 ['loss', 'more']\n"


def test_one_of_steps_and_batch_processor(make_runner, tmp_path):
    with pytest.raises(ValueError, match='has a train_step: leave batch_processor out'):
        IterBasedRunner(make_runner(max_iters=1).model, lambda *args: None, work_dir=str(tmp_path), max_iters=1)
    with pytest.raises(ValueError, match=r'meta is \[\]: give a dict'):
        make_runner(max_iters=1).save_checkpoint(str(tmp_path), meta=[])
    for arguments, message in (
        (dict(batch_processor=0), 'batch_processor is 0: give a function'), (dict(meta=[1]), 'meta is'),
        (dict(optimizer='SGD'), "'SGD' is no optimizer"), (dict(optimizer=dict(a='SGD')), "'SGD' is no optimizer"),
    ):
        with pytest.raises(ValueError, match=message):
            IterBasedRunner(nn.Linear(1, 1), **dict(dict(batch_processor=lambda *args: None), **arguments))
