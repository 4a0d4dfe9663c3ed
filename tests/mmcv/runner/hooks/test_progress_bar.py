"""The bar on a pretended terminal, and the log lines above it."""

import io
import logging
import re
import sys

import pytest

from mmcv.runner import Hook
from mmcv.runner.hooks import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(make_runner, stream, monkeypatch):
    """``run(stderr, *hooks)``: three iterations; the runner."""

    def train(stderr, *hooks):
        monkeypatch.setattr(sys, 'stderr', stderr)  # here, because pytest sets it anew before each test
        monkeypatch.setattr(progress_bar, '_REFRESH', 0)
        runner = make_runner(max_iters=3)
        runner.register_training_hooks(None, {})
        for hook in hooks:
            runner.register_hook(hook)
        runner.logger.handlers = [logging.StreamHandler(stderr)]
        runner.logger.setLevel('INFO')
        runner.run([stream()], [('train', 1)])
        return runner

    return train


def test_what_it_shows(run):
    terminal = Terminal()
    run(terminal)
    states = terminal.getvalue().split('\r\033[K')
    assert re.match(r'\[=+ +\] 1/3, loss ', states[-3])
    assert re.fullmatch(r'\[=+\] 3/3, loss \d\.\d{4}, 0:00:00 left, [\d.]+ it/s, data wait \d+%, \d+ MB\n', states[-1])


def test_a_narrow_terminal(run, monkeypatch):
    monkeypatch.setenv('COLUMNS', '40')
    terminal = Terminal()
    run(terminal)
    assert all(len(state.rstrip('\n')) < 40 for state in terminal.getvalue().split('\r\033[K') if '/3' in state)


def test_log_lines_stand_alone(run):
    class Say(Hook):
        def before_train_iter(self, runner):
            runner.logger.info(f'line {runner.iter}')

    terminal = Terminal()
    runner = run(terminal, Say())
    for i in range(3):
        assert f'\r\033[Kline {i}\n' in terminal.getvalue()
    assert runner.logger.handlers[0].filters == []


def test_nothing_without_a_terminal(run):
    stderr = io.StringIO()
    run(stderr)
    assert '\r' not in stderr.getvalue()
