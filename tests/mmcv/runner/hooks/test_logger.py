"""Lines of the text log and of the json log, and what goes to TensorBoard and the services."""

import json
import re
import sys
import types

import pytest
import torch

from mmcv.runner import Hook, LoggerHook


class Metrics(Hook):
    """Reports metrics as the evaluation hook does."""

    def __init__(self, *iterations):
        self.iterations = iterations

    def after_train_iter(self, runner):
        if runner.finished_iters in self.iterations:
            runner.call_hook('before_evaluation')
            runner.log_buffer.clear_output()
            runner.log_buffer.output.update(eval_iter_num=6, mIoU=0.24751234, **{'IoU.a': 0.5})
            runner.log_buffer.ready = True
            runner.call_hook('after_evaluation')


@pytest.fixture
def log(make_runner, stream, tmp_path, caplog):
    """``log(interval=5, max_iters=10)``: the lines of the text log, those of the json log, and the runner."""

    def run(*hooks, interval=5, meta=None, logger=None, resume=None, **length):
        runner = make_runner(meta=meta, **length)
        runner.timestamp = 'now'
        runner.register_training_hooks(
            {'policy': 'poly', 'by_epoch': False}, {},
            log_config={'interval': interval, 'hooks': [logger or {'type': 'TextLoggerHook'}]})
        for hook in hooks:
            runner.register_hook(hook, 'LOW')
        if resume:
            runner.resume(resume)
        with caplog.at_level('INFO'):
            runner.run([stream(3)], [('train', 1)])
        path = tmp_path / 'now.log.json'
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [r.message for r in caplog.records if '\t' in r.message], lines, runner

    return run


def test_json_lines_like_those_of_0_30(log, golden):
    """The same keys in the same order, with memory after lr, and the share of time spent waiting for data behind."""
    expected = [json.loads(line) for line in golden('checkpoint_format')[0]['log.json']]
    meta = {'CLASSES': ['a'], 'PALETTE': [[0, 0, 0]]}
    _, lines, _ = log(Metrics(10), meta=dict(meta), max_iters=20)
    assert lines[0] == {**meta, 'hook_msgs': {}}
    assert list(lines[0]) == list(expected[0])
    assert [(line['mode'], line['iter'], line['epoch']) for line in lines[1:]] == [
        (line['mode'], line['iter'], line['epoch']) for line in expected[1:-1]]
    assert list(lines[1]) == [
        'mode', 'epoch', 'iter', 'lr', 'memory', 'data_time', 'loss', 'time', 'data_share']
    assert lines[1]['data_share'] == pytest.approx(lines[1]['data_time'] / lines[1]['time'], abs=0.01)
    assert [key for key in lines[1] if key not in ('memory', 'loss', 'data_share')] == [
        key for key in expected[1] if 'decode' not in key and 'aux' not in key and key != 'loss']
    assert list(lines[3]) == ['mode', 'epoch', 'iter', 'lr', 'mIoU', 'IoU.a']
    assert lines[3]['mIoU'] == 0.24751
    assert lines[1]['lr'] == 0.04
    assert lines[1]['memory'] > 10


def test_text_lines(log):
    text, _, _ = log(Metrics(10), max_iters=10)
    number = r'[\d.]+'
    assert re.fullmatch(rf'Iter \[5/10\]\tlr: 3\.000e-02, eta: 0:00:00, time: {number}, data_time: {number} \(\d+%\), '
                        rf'memory: \d+, loss: {number}', text[0])
    assert text[1].startswith('Iter [10/10]\tlr: ')
    assert text[2] == 'Iter(val) [6]\tmIoU: 0.2475, IoU.a: 0.5000'
    assert len(text) == 3


def test_epochs(log):
    text, lines, _ = log(interval=2, max_epochs=2)
    assert [line.split('\t')[0] for line in text] == ['Epoch [1][2/3]', 'Epoch [2][2/3]']
    assert [(line['epoch'], line['iter']) for line in lines[1:]] == [(1, 2), (2, 2)]


def test_the_rest_of_an_epoch(log):
    text, _, _ = log(interval=2, max_epochs=1, logger={'type': 'TextLoggerHook', 'ignore_last': False})
    assert [line.split('\t')[0] for line in text] == ['Epoch [1][2/3]', 'Epoch [1][3/3]']


def test_losses_are_means_over_the_interval(log):
    class Losses(Hook):
        def __init__(self):
            self.values = []

        def after_train_iter(self, runner):
            self.values.append(float(runner.outputs['loss'].detach()))

    losses = Losses()
    _, lines, _ = log(losses, max_iters=10)
    assert lines[1]['loss'] == pytest.approx(sum(losses.values[:5]) / 5, abs=1e-5)
    assert lines[2]['loss'] == pytest.approx(sum(losses.values[5:]) / 5, abs=1e-5)


def test_validation_epochs(make_runner, stream, tmp_path, caplog):
    runner = make_runner(max_epochs=1)
    runner.register_training_hooks(None, {}, log_config={'interval': 1, 'hooks': [{'type': 'TextLoggerHook'}]})
    with caplog.at_level('INFO'):
        runner.run([stream(2), stream(2)], [('train', 1), ('val', 1)])
    assert re.search(r'Epoch\(val\) \[1\]\[2\]\t.*loss_val: ', caplog.text)


def test_time_left(log, monkeypatch):
    clock = iter(range(0, 10**6, 10))
    monkeypatch.setattr('time.perf_counter', lambda: float(next(clock)))
    text, lines, _ = log(max_iters=20)
    assert lines[1]['data_time'] == 10
    assert lines[1]['time'] == 20
    assert [re.search(r'eta: ([\d:]+)', line)[1] for line in text] == ['0:05:00', '0:03:20', '0:01:40', '0:00:00']


def test_two_loggers_write_the_same(make_runner, stream):
    seen = []

    class Own(LoggerHook):
        def log(self, runner):
            seen.append((self.name, self.get_mode(runner), self.get_iter(runner), self.get_loggable_tags(runner)))

    runner, first, second = make_runner(max_iters=4), Own(2, by_epoch=False), Own(2, by_epoch=False)
    first.name, second.name = 'first', 'second'
    runner.register_training_hooks(None, {})
    runner.register_hook(first, 'VERY_LOW')
    runner.register_hook(second, 'VERY_LOW')
    runner.register_hook(Metrics(2), 'LOW')
    runner.run([stream()], [('train', 1)])
    assert [entry[:3] for entry in seen] == [
        ('first', 'train', 2), ('second', 'train', 2), ('first', 'val', 2), ('second', 'val', 2),
        ('first', 'train', 4), ('second', 'train', 4)]
    assert seen[0][3] == seen[1][3]
    assert set(seen[0][3]) == {'train/loss', 'learning_rate', 'momentum'}
    assert seen[2][3] == {'val/mIoU': 0.24751234, 'val/IoU.a': 0.5, 'learning_rate': 0.05, 'momentum': 0.9}


def test_name_of_the_experiment(log, caplog):
    log(meta={'exp_name': 'mine.py'}, max_iters=4,
        logger={'type': 'TextLoggerHook', 'interval': 2, 'interval_exp_name': 4})
    assert caplog.text.count('Exp name: mine.py') == 1


def test_copies_of_the_log(log, tmp_path):
    out = tmp_path.parent / f'{tmp_path.name} out'
    log(max_iters=5, logger={'type': 'TextLoggerHook', 'out_dir': str(out), 'keep_local': False})
    assert [path.name for path in (out / tmp_path.name).iterdir()] == ['now.log.json']
    assert not (tmp_path / 'now.log.json').exists()


def test_an_interval_of_nothing(make_runner):
    with pytest.raises(ValueError, match='log_config.interval is 0'):
        make_runner(max_iters=1).register_logger_hooks({'interval': 0, 'hooks': [{'type': 'TextLoggerHook'}]})


def test_tensorboard(log, tmp_path):
    pytest.importorskip('tensorboard')
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    log(Metrics(10), max_iters=10, logger={'type': 'TensorboardLoggerHook'})
    events = EventAccumulator(str(tmp_path / 'tf_logs')).Reload()
    assert set(events.Tags()['scalars']) == {'train/loss', 'learning_rate', 'momentum', 'val/mIoU', 'val/IoU.a'}
    assert [event.step for event in events.Scalars('train/loss')] == [5, 10]
    assert events.Scalars('val/mIoU')[0].step == 10


@pytest.mark.parametrize(('hook', 'module'), [
    ('TensorboardLoggerHook', 'torch.utils.tensorboard'), ('WandbLoggerHook', 'wandb'), ('MlflowLoggerHook', 'mlflow')])
def test_a_missing_service_is_one_line(log, monkeypatch, hook, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ValueError, match=rf'{hook} needs .*: pip install') as error:
        log(max_iters=1, logger={'type': hook})
    assert '\n' not in str(error.value)


class Service(types.ModuleType):
    """A module that writes down what it is asked."""

    def __init__(self, name):
        super().__init__(name)
        self.calls = []

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.calls.append((name, args, kwargs)) or self


def test_wandb(log, monkeypatch):
    wandb = Service('wandb')
    monkeypatch.setitem(sys.modules, 'wandb', wandb)
    log(max_iters=5, logger={'type': 'WandbLoggerHook', 'init_kwargs': {'project': 'p'},
                             'define_metric_cfg': {'val/mIoU': 'max'}})
    assert wandb.calls[0] == ('init', (), {'project': 'p'})
    assert wandb.calls[1] == ('define_metric', ('val/mIoU',), {'summary': 'max'})
    name, (tags,), options = wandb.calls[2]
    assert (name, options) == ('log', {'step': 5})  # a step that is committed would take no metrics
    assert set(tags) == {'train/loss', 'learning_rate', 'momentum'}
    assert wandb.calls[-1][0] == 'finish'


def test_mlflow(log, monkeypatch):
    mlflow = Service('mlflow')
    mlflow.pytorch = mlflow
    monkeypatch.setitem(sys.modules, 'mlflow', mlflow)
    _, _, runner = log(max_iters=5, logger={
        'type': 'MlflowLoggerHook', 'exp_name': 'e', 'tags': {'a': 'b'}, 'params': {'lr': 1}})
    assert [name for name, *_ in mlflow.calls] == [
        'set_experiment', 'set_tags', 'log_params', 'log_metrics', 'log_model']
    assert mlflow.calls[3][2] == {'step': 5}
    assert mlflow.calls[-1][1] == (runner.model, 'models')


def test_memory_does_not_grow(make_runner, stream):
    runner = make_runner(max_iters=30)
    runner.register_training_hooks(None, {}, log_config={'interval': 5, 'hooks': [{'type': 'TextLoggerHook'}]})
    runner.log_buffer.window = 5
    runner.run([stream()], [('train', 1)])
    assert {len(history) for history in runner.log_buffer.val_history.values()} == {5}
    assert not any(isinstance(value, torch.Tensor) for value in runner.log_buffer.val_history['loss'])
