"""Saves that are killed at each system call, or that the disk refuses: a sound checkpoint is always there."""

import builtins
import contextlib
import errno
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import torch
from jobs import CONTEXT, KILLED

from mmcv.checkpoint import find_latest_checkpoint, read_checkpoint
from mmcv.runner import CheckpointHook, IterBasedRunner

CALLS = ('open', 'write', 'fsync', 'replace', 'symlink', 'unlink')


class Model(torch.nn.Linear):
    def train_step(self, batch, optimizer):
        return {'loss': self(batch).sum(), 'log_vars': {}, 'num_samples': 1}


def run(folder, iterations, **options):
    """Train so far, saving every iteration and keeping the last one only."""

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = Model(40, 40)
    runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
                             work_dir=str(folder), max_iters=iterations)
    runner.register_optimizer_hook({})
    runner.register_hook(CheckpointHook(interval=1, by_epoch=False, max_keep_ckpts=1, **options))
    runner.auto_resume()
    runner.run([[torch.ones(1, 40)]], [('train', 1)])


class DiesAt:
    """Kills the process at the n-th of the calls by which a save changes the disk; a write is done by half before.

    Without ``writes`` only the other calls count.
    """

    def __init__(self, count, writes):
        self.left = count
        self.writes = writes
        self.real_open = builtins.open
        builtins.open = self.open
        for name in CALLS[2:]:
            setattr(os, name, self.counted(getattr(os, name)))

    def tick(self, last_words=lambda: None):
        self.left -= 1
        if self.left == 0:
            last_words()
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(self, function):
        def call(*args, **kwargs):
            self.tick()
            return function(*args, **kwargs)
        return call

    def open(self, path, mode='r', *args, **kwargs):
        file = self.real_open(path, mode, *args, **kwargs)
        if '.pth' not in str(path) or mode == 'rb':
            return file
        self.tick()
        return self.Watched(file, self)

    class Watched:
        def __init__(self, file, owner):
            self.file, self.owner = file, owner

        def write(self, content):
            def by_half():
                self.file.write(bytes(content)[:len(content) // 2])
                self.file.flush()

            if self.owner.writes:
                self.owner.tick(by_half)
            return self.file.write(content)

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *args):
            self.file.close()


def save_and_die(folder, count, writes, options):
    DiesAt(count, writes)
    run(folder, 2, **options)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(('writes', 'options'), [
    (False, {}), pytest.param(True, {}, marks=SLOW), pytest.param(True, {'async_save': True}, marks=SLOW),
    pytest.param(True, {'create_symlink': False}, marks=SLOW)])
def test_killed_at_each_call(tmp_path, writes, options):
    """The save of the second iteration, which removes the checkpoint of the first."""
    run(tmp_path / 'first', 1, **options)
    count, ends = 0, set()
    while True:
        count += 1
        folder = tmp_path / str(count)
        shutil.copytree(tmp_path / 'first', folder, symlinks=True)
        process = CONTEXT.Process(target=save_and_die, args=(folder, count, writes, options))
        process.start()
        process.join(60)
        newest = find_latest_checkpoint(folder)
        ends.add(read_checkpoint(newest)['meta']['iter'])
        if options.get('create_symlink', True):
            read_checkpoint(folder / 'latest.pth')
        if process.exitcode == 0:
            break
        assert process.exitcode == KILLED
        run(folder, 3)
        assert sorted(path.name for path in folder.iterdir()) == ['iter_3.pth', 'latest.pth']
    assert ends == {1, 2}
    assert count > (60 if writes else 7)


def save_when_told(folder, told):
    while not told.exists():
        time.sleep(0.001)
    run(folder, 2)


@SLOW
@pytest.mark.skipif(shutil.which('strace') is None, reason='needs strace')
@pytest.mark.parametrize('call', ['write', 'fsync', 'rename', 'symlink', 'unlink'])
def test_killed_at_each_real_system_call(tmp_path, call):
    """The same at the border of the kernel: strace kills the process when it enters the n-th call."""
    run(tmp_path / 'first', 1)
    count, ends = 0, set()
    while True:
        count += 1
        folder, told = tmp_path / str(count), tmp_path / f'told {count}'
        shutil.copytree(tmp_path / 'first', folder, symlinks=True)
        process = CONTEXT.Process(target=save_when_told, args=(folder, told))
        process.start()
        tracer = subprocess.Popen(
            ['strace', '-f', '-p', str(process.pid), '-e', f'trace={call}', '-o', '/dev/null',
             '-e', f'inject={call}:signal=SIGKILL:when={count}'], stderr=subprocess.PIPE, text=True)
        if 'attached' not in tracer.stderr.readline():
            process.kill()
            pytest.skip('may not trace a process')
        told.touch()
        process.join(60)
        tracer.communicate(timeout=20)
        ends.add(read_checkpoint(find_latest_checkpoint(folder))['meta']['iter'])
        assert read_checkpoint(folder / 'latest.pth')['meta']['iter'] in (1, 2)
        if process.exitcode == 0:
            break
        assert process.exitcode == KILLED
    assert count > 1
    assert ends == ({1, 2} if call in ('write', 'fsync', 'rename') else {2})


def unchanged(folder, before):
    return {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.fixture
def saved(tmp_path):
    """A folder with the checkpoint of the first iteration, and all that is in it."""
    run(tmp_path / 'work', 1)
    return tmp_path / 'work', {path.name: path.read_bytes() for path in (tmp_path / 'work').iterdir()}


@pytest.mark.parametrize('options', [{}, {'async_save': True}])
class TestRefusals:

    def test_file_that_grows_too_large(self, saved, options):
        """RLIMIT_FSIZE: the kernel refuses a write in the middle of the file."""
        folder, before = saved
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        try:
            with pytest.raises(OSError, match=r'File too large.*iter_2\.pth') as error:
                run(folder, 2, **options)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, ignored)
        assert error.value.errno == errno.EFBIG
        assert unchanged(folder, before)

    def test_full_disk(self, saved, tmp_path, options):
        folder, before = saved
        disk = tmp_path / 'disk'
        disk.mkdir()
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=40k', 'tmpfs', str(disk)], capture_output=True)
        if mounted.returncode:
            pytest.skip('may not mount a tmpfs')
        try:
            shutil.copytree(folder, disk / 'work', symlinks=True)
            with pytest.raises(OSError, match=r'No space left.*iter_2\.pth'):
                run(disk / 'work', 2, **options)
            assert unchanged(disk / 'work', before)
        finally:
            subprocess.run(['umount', str(disk)], check=True)

    def test_folder_that_may_not_be_written(self, options):
        with tempfile.TemporaryDirectory() as place:  # others may enter it, unlike tmp_path
            folder = Path(place, 'work')
            os.chmod(place, 0o755)
            run(folder, 1)
            before = {path.name: path.read_bytes() for path in folder.iterdir()}
            folder.chmod(0o555)
            user = os.geteuid()
            try:
                os.seteuid(65534 if user == 0 else user)  # root may write everywhere
                with pytest.raises(OSError, match=r'Permission denied.*iter_2\.pth'):
                    run(folder, 2, **options)
            finally:
                os.seteuid(user)
                folder.chmod(0o755)
            assert unchanged(folder, before)

    @pytest.mark.parametrize('call', ['write', 'fsync', 'replace'])
    @pytest.mark.parametrize('number', [errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS])
    def test_failing_call(self, saved, monkeypatch, options, call, number):
        folder, before = saved

        def fail(*args, **kwargs):
            raise OSError(number, os.strerror(number))

        if call == 'write':
            monkeypatch.setattr(builtins, 'open', failing_open(fail))
        else:
            monkeypatch.setattr(os, call, fail)
        with pytest.raises(OSError, match=rf'{os.strerror(number)}.*iter_2\.pth') as error:
            run(folder, 2, **options)
        monkeypatch.undo()
        assert error.value.errno == number
        assert '\n' not in str(error.value)
        assert unchanged(folder, before)
        run(folder, 2, **options)
        assert read_checkpoint(folder / 'latest.pth')['meta']['iter'] == 2


def failing_open(fail):
    real = builtins.open

    class Failing:
        def __init__(self, file):
            self.file = file
            self.write = fail

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *args):
            with contextlib.suppress(OSError):
                self.file.close()

    return lambda path, mode='r', *args, **kwargs: (
        Failing(real(path, mode, *args, **kwargs)) if 'w' in mode and '.pth' in str(path)
        else real(path, mode, *args, **kwargs))
