import json

import pytest
import torch

from mmcv.runner import HOOKS, ClosureHook, EarlyStoppingHook, EmptyCacheHook, Hook, ProfilerHook
from mmcv.utils import build_from_cfg


class Scores(Hook):
    """Evaluates after each iteration."""

    def __init__(self, *scores):
        self.scores = scores

    def after_train_iter(self, runner):
        runner.metrics = {'mIoU': self.scores[runner.iter]}
        runner.call_hook('after_evaluation')


@pytest.mark.parametrize(('scores', 'options', 'last'), [
    ([0.1, 0.2, 0.2, 0.1, 0.9], {}, 4),
    ([0.1, 0.2, 0.2, 0.3, 0.3, 0.3], {}, 6),
    ([0.1, 0.2, 0.25, 0.26, 0.9], {'min_delta': 0.08}, 4),
    ([3, 2, 2, 2, 0], {'rule': 'less'}, 4),
])
def test_early_stopping(make_runner, stream, scores, options, last):
    runner = make_runner(max_iters=len(scores))
    runner.register_hook(EarlyStoppingHook(patience=2, **options))
    runner.register_hook(Scores(*scores))
    runner.run([stream()], [('train', 1)])
    assert runner.iter == last


def test_early_stopping_remembers_across_a_restart(make_runner, stream, tmp_path):
    runner = make_runner(max_iters=2)
    runner.register_hook(EarlyStoppingHook(patience=2))
    runner.register_hook(Scores(0.5, 0.4))
    runner.run([stream()], [('train', 1)])
    path = runner.save_checkpoint(str(tmp_path))
    again = make_runner(max_iters=5)
    again.register_hook(EarlyStoppingHook(patience=2))
    again.register_hook(Scores(0, 0, 0.4, 0.4, 0.4))
    again.resume(path)
    again.run([stream()], [('train', 1)])
    assert again.iter == 3


def test_early_stopping_mistakes(make_runner, stream):
    with pytest.raises(ValueError, match="'more'"):
        EarlyStoppingHook(rule='more')
    runner = make_runner(max_iters=1)
    runner.register_hook(EarlyStoppingHook('mDice'))
    runner.register_hook(Scores(0.5))
    with pytest.raises(ValueError, match="no 'mDice'; it has mIoU"):
        runner.run([stream()], [('train', 1)])


def test_closure(make_runner, stream):
    seen = []
    runner = make_runner(max_iters=2)
    runner.register_hook(ClosureHook('after_train_iter', lambda r: seen.append(r.iter)))
    runner.run([stream()], [('train', 1)])
    assert seen == [0, 1]
    with pytest.raises(ValueError, match='is no stage'):
        ClosureHook('after_lunch', print)


def test_empty_cache(make_runner, stream, monkeypatch):
    calls = []
    monkeypatch.setattr(torch.cuda, 'empty_cache', lambda: calls.append(1))
    runner = make_runner(max_iters=3)
    runner.register_hook(EmptyCacheHook(after_epoch=False, after_iter=True))
    runner.run([stream()], [('train', 1)])
    assert len(calls) == 3


@pytest.mark.parametrize('name', ['DistSamplerSeedHook', 'SyncBuffersHook', 'EmptyCacheHook'])
def test_hooks_of_old_configs_are_there(make_runner, stream, name):
    runner = make_runner(max_iters=1)
    runner.register_hook(build_from_cfg({'type': name}, HOOKS))
    runner.run([stream()], [('train', 1)])


def test_profiler_writes_a_trace(make_runner, stream, tmp_path):
    runner = make_runner(max_iters=3)
    runner.register_hook(ProfilerHook(by_epoch=False, profile_iters=2, json_trace_path=str(tmp_path / 'trace.json')))
    runner.run([stream()], [('train', 1)])
    events = json.loads((tmp_path / 'trace.json').read_text())['traceEvents']
    assert any('addmm' in event.get('name', '') for event in events)


def test_profiler_in_the_log(make_runner, stream, caplog):
    runner = make_runner(max_epochs=1)
    runner.register_hook(ProfilerHook(on_trace_ready={'type': 'log_trace', 'row_limit': 3}))
    with caplog.at_level('INFO'):
        runner.run([stream(2)], [('train', 1)])
    assert 'Self CPU time total' in caplog.text


@pytest.mark.parametrize('config', [{'activities': ['tpu']}, {'profile_iters': 0}, {'on_trace_ready': {'type': 'x'}}])
def test_profiler_mistakes(make_runner, stream, config):
    runner = make_runner(max_epochs=1)
    with pytest.raises(ValueError, match='ProfilerHook'):
        runner.register_hook(ProfilerHook(**config)) or runner.run([stream(2)], [('train', 1)])
