"""Signals to a real process: a checkpoint, code 143, and handlers as they were."""

import os
import signal
import subprocess
import textwrap
import time
from pathlib import Path

import pytest
import torch
from preloaded import preloaded_python

from mmcv.runner import Hook

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = """
import sys, time, torch
from mmcv.runner import IterBasedRunner

class Model(torch.nn.Linear):
    def train_step(self, batch, optimizer):
        print('step', flush=True)
        time.sleep(0.05)
        return {'loss': self(batch).sum(), 'log_vars': {}, 'num_samples': 1}

model = Model(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
runner = IterBasedRunner(model, optimizer=optimizer, work_dir=sys.argv[1], max_iters=500)
runner.register_training_hooks(None, {})
runner.run([[torch.ones(1)]], [('train', 1)])
"""


@pytest.fixture
def process(tmp_path):
    """A training process in the middle of its work."""
    script = tmp_path / 'script.py'
    script.write_text(textwrap.dedent(SCRIPT))
    started = subprocess.Popen([preloaded_python(), str(script), str(tmp_path)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env={**os.environ, 'PYTHONPATH': str(ROOT)})
    for _ in range(3):
        assert started.stdout.readline() == 'step\n'
    yield started
    started.kill()
    started.wait()


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_checkpoint_and_143(process, tmp_path, number):
    process.send_signal(number)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 143, errors
    assert f'Stopped by {number.name} after iteration' in errors
    content = torch.load(tmp_path / 'latest.pth', weights_only=True)
    assert content['meta']['iter'] >= 3
    assert f'--resume-from {(tmp_path / "latest.pth").resolve()}' in errors


def test_a_second_interrupt_ends_at_once(make_runner, stream):
    class Press(Hook):
        def before_train_iter(self, runner):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)

    runner = make_runner(max_iters=3)
    runner.register_training_hooks(None, {})
    runner.register_hook(Press())
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        runner.run([stream()], [('train', 1)])
    assert signal.getsignal(signal.SIGINT) is before
    assert runner.iter == 0


def test_ranks_stop_after_the_same_iteration(run_ranks):
    outputs = run_ranks("""
        import os, signal
        from mmcv.checkpoint import read_checkpoint
        from mmcv.runner import Hook, IterBasedRunner
        from mmcv.parallel import MMDistributedDataParallel

        class Model(torch.nn.Linear):
            def train_step(self, batch, optimizer):
                return {'loss': self(batch).sum(), 'log_vars': {}, 'num_samples': 1}

        class Signal(Hook):
            def before_train_iter(self, runner):
                if rank == 1 and runner.iter == 2:
                    os.kill(os.getpid(), signal.SIGTERM)

        model = MMDistributedDataParallel(Model(1, 1))
        runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), lr=0.1), work_dir=str(tmp_path),
                                 max_iters=10)
        runner.register_training_hooks(None, {})
        runner.register_hook(Signal())
        try:
            runner.run([[torch.ones(1)]], [('train', 1)])
        except SystemExit as error:
            print(error.code, runner.finished_iters)
        dist.barrier()
        assert read_checkpoint(tmp_path / 'latest.pth')['meta']['iter'] == 4
    """)
    assert outputs == ['143 4\n', '143 4\n']
