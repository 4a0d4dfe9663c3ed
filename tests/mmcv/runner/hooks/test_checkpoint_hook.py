import errno
import threading
import time
from pathlib import Path

import pytest
import torch

from mmcv.checkpoint import background, fetch_checkpoint
from mmcv.fileio import FileClient
from mmcv.runner import HOOKS, CheckpointHook, Hook


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def saved(make_runner, stream, tmp_path):
    """``saved({'interval': 2}, max_iters=5)``: the names in the work directory after a run."""

    def run(config, prepare=lambda runner: None, **length):
        runner = make_runner(**length)
        runner.register_training_hooks(None, {}, config)
        prepare(runner)
        runner.run([stream(2)], [('train', 1)])
        return files(tmp_path)

    return run


@pytest.mark.parametrize(('config', 'length', 'names'), [
    ({'interval': 2}, {'max_iters': 5}, ['iter_2.pth', 'iter_4.pth', 'iter_5.pth', 'latest.pth']),
    ({'interval': 2, 'save_last': False}, {'max_iters': 5}, ['iter_2.pth', 'iter_4.pth', 'latest.pth']),
    ({}, {'max_iters': 5}, ['iter_5.pth', 'latest.pth']),
    ({'interval': 1, 'max_keep_ckpts': 2}, {'max_iters': 12}, ['iter_11.pth', 'iter_12.pth', 'latest.pth']),
    ({'interval': 2, 'create_symlink': False}, {'max_iters': 2}, ['iter_2.pth']),
    ({'interval': 1, 'filename_tmpl': 'it{}.pth', 'max_keep_ckpts': 1}, {'max_iters': 3}, ['it3.pth', 'latest.pth']),
    ({'interval': 2}, {'max_epochs': 3}, ['epoch_2.pth', 'epoch_3.pth', 'latest.pth']),
    ({'interval': 3, 'by_epoch': False}, {'max_epochs': 2}, ['iter_3.pth', 'iter_4.pth', 'latest.pth']),
])
def test_names(saved, config, length, names):
    assert saved(config, **length) == names


@pytest.mark.parametrize('link', [None, 'iter_1.pth'])
def test_a_resumed_run_makes_the_link_that_the_killed_one_did_not(saved, tmp_path, link):
    saved({'interval': 1}, max_iters=2)
    (tmp_path / 'latest.pth').unlink()
    if link:
        (tmp_path / 'latest.pth').symlink_to(link)
    saved({'interval': 1}, lambda runner: runner.auto_resume(), max_iters=2)
    assert (tmp_path / 'latest.pth').resolve().name == 'iter_2.pth'


def test_resuming_from_an_older_one_leaves_the_link(saved, tmp_path):
    saved({'interval': 1}, max_iters=3)
    saved({'interval': 9, 'save_last': False}, lambda runner: runner.resume(tmp_path / 'iter_1.pth'), max_iters=2)
    assert (tmp_path / 'latest.pth').resolve().name == 'iter_3.pth'


def test_other_runs_files_are_left_alone(saved, tmp_path):
    for name in ('iter_900.pth', 'best_mIoU_iter_1.pth', 'mine.txt'):
        (tmp_path / name).touch()
    assert saved({'interval': 1, 'max_keep_ckpts': 1}, max_iters=3) == [
        'best_mIoU_iter_1.pth', 'iter_3.pth', 'iter_900.pth', 'latest.pth', 'mine.txt']


def test_another_folder(make_runner, stream, tmp_path):
    out = tmp_path.parent / f'{tmp_path.name} checkpoints'
    runner = make_runner(max_iters=1)
    runner.register_checkpoint_hook({'interval': 1, 'by_epoch': False, 'out_dir': str(out)})
    runner.register_optimizer_hook({})
    runner.run([stream()], [('train', 1)])
    assert files(out / tmp_path.name) == ['iter_1.pth', 'latest.pth']
    assert runner.hook_msgs['last_ckpt'] == str(out / tmp_path.name / 'iter_1.pth')


def test_without_the_optimizer(saved, tmp_path):
    saved({'interval': 1, 'save_optimizer': False}, max_iters=1)
    assert 'optimizer' not in torch.load(tmp_path / 'iter_1.pth', weights_only=True)


def test_leftovers_of_killed_runs_are_removed(saved, tmp_path):
    (tmp_path / '.iter_7.pth.999999999.tmp').touch()
    assert saved({'interval': 1}, max_iters=1) == ['iter_1.pth', 'latest.pth']


def test_a_failing_write_leaves_what_was_there(make_runner, stream, tmp_path, monkeypatch):
    write, written = background.write_checkpoint, []

    def fail_later(checkpoint, path):
        if written:
            raise OSError(errno.ENOSPC, 'No space left on device', str(path))
        written.append(path)
        write(checkpoint, path)

    monkeypatch.setattr(background, 'write_checkpoint', fail_later)
    runner = make_runner(max_iters=4)
    runner.register_training_hooks(None, {}, {'interval': 2, 'max_keep_ckpts': 1})
    with pytest.raises(OSError, match=r'No space left.*iter_4\.pth'):
        runner.run([stream()], [('train', 1)])
    assert files(tmp_path) == ['iter_2.pth', 'latest.pth']
    assert (tmp_path / 'latest.pth').readlink().name == 'iter_2.pth'


def test_epochs_of_an_iteration_runner(make_runner, stream):
    runner = make_runner(max_iters=1)
    runner.register_hook(CheckpointHook(interval=1))
    with pytest.raises(ValueError, match='write by_epoch=False'):
        runner.run([stream()], [('train', 1)])


def test_buffers_of_all_ranks(run_ranks):
    run_ranks("""
        from mmcv.runner import CheckpointHook, IterBasedRunner
        from mmcv.checkpoint import read_checkpoint

        class Model(torch.nn.BatchNorm1d):
            def train_step(self, batch, optimizer):
                return {'loss': self(batch).sum(), 'log_vars': {}, 'num_samples': 1}

        runner = IterBasedRunner(Model(1), work_dir=str(tmp_path), max_iters=1)
        runner.register_hook(CheckpointHook(interval=1, by_epoch=False, sync_buffer=True))
        runner.run([[torch.full((4, 1), 10.0 * rank)]], [('train', 1)])
        dist.barrier()
        state = read_checkpoint(tmp_path / 'iter_1.pth')['state_dict']
        assert state['running_mean'].item() == 0.5, state
    """)


class TestAsynchronousSaving:

    def contents(self, make_runner, stream, folder, monkeypatch, **options):
        monkeypatch.setattr(time, 'asctime', lambda: 'now')
        runner = make_runner(max_iters=5)
        runner.work_dir = str(folder)
        runner.register_training_hooks(None, {}, {'interval': 1, 'max_keep_ckpts': 3, 'out_dir': None, **options})
        runner.register_custom_hooks({'type': 'EMAHook'})
        runner.meta['hook_msgs'] = Nowhere()
        runner.run([stream(2)], [('train', 1)])
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def test_the_files_are_the_same(self, make_runner, stream, tmp_path, monkeypatch):
        folders = [tmp_path / name for name in ('at once', 'later')]
        at_once, later = (self.contents(make_runner, stream, folder, monkeypatch, async_save=folder.name == 'later')
                          for folder in folders)
        assert sorted(later) == ['iter_3.pth', 'iter_4.pth', 'iter_5.pth', 'latest.pth']
        assert later == at_once

    def test_training_does_not_wait_and_the_end_does(self, make_runner, stream, tmp_path, monkeypatch):
        write, go, iterations = background.write_checkpoint, threading.Event(), []

        def slow(checkpoint, path):
            assert go.wait(30)
            iterations.append(runner.iter)
            write(checkpoint, path)

        monkeypatch.setattr(background, 'write_checkpoint', slow)
        runner = make_runner(max_iters=4)
        runner.register_training_hooks(None, {}, {'interval': 2, 'async_save': True})
        runner.register_hook(type('Go', (Hook,), {
            'after_train_iter': lambda self, r: r.iter == 2 and go.set()})())
        runner.run([stream()], [('train', 1)])
        assert iterations[0] >= 2
        assert files(tmp_path) == ['iter_2.pth', 'iter_4.pth', 'latest.pth']
        assert torch.load(tmp_path / 'iter_2.pth', weights_only=True)['meta']['iter'] == 2

    @pytest.mark.parametrize(('failing', 'saves'), [(1, 1), (2, 2)])
    def test_errors_come_at_the_next_save_or_at_the_end(
            self, make_runner, stream, tmp_path, monkeypatch, failing, saves):
        write, attempts = background.write_checkpoint, []

        def fail(checkpoint, path):
            attempts.append(path)
            if len(attempts) == failing:
                raise OSError(errno.ENOSPC, 'No space left on device', str(path))
            write(checkpoint, path)

        monkeypatch.setattr(background, 'write_checkpoint', fail)
        runner = make_runner(max_iters=4)
        runner.register_training_hooks(None, {}, {'interval': 2, 'async_save': True, 'max_keep_ckpts': 1})
        with pytest.raises(OSError, match='No space left'):
            runner.run([stream()], [('train', 1)])
        assert len(attempts) == saves
        assert files(tmp_path) == ([] if failing == 1 else ['iter_2.pth', 'latest.pth'])

    def test_an_error_of_the_run_is_the_one_that_is_raised(self, make_runner, stream, monkeypatch, caplog):
        def fail(checkpoint, path):
            raise OSError(errno.EIO, 'Input/output error', str(path))

        monkeypatch.setattr(background, 'write_checkpoint', fail)
        runner = make_runner(max_iters=4)
        runner.register_training_hooks(None, {}, {'interval': 1, 'async_save': True})
        runner.register_hook(type('Break', (Hook,), {'after_train_iter': lambda self, r: 1 / 0})())
        with pytest.raises(ZeroDivisionError):
            runner.run([stream()], [('train', 1)])
        assert 'Input/output error' in caplog.text


class Nowhere(dict):
    """Messages of hooks without the path of the run."""

    def __setitem__(self, key, value):
        pass


def test_into_another_storage(make_runner, stream):
    pytest.importorskip('fsspec')
    runner = make_runner(max_iters=3)
    name = Path(runner.work_dir).name
    runner.register_training_hooks(
        None, {}, {'interval': 1, 'by_epoch': False, 'out_dir': 'memory://runs', 'max_keep_ckpts': 2},
        {'interval': 1, 'hooks': [{'type': 'TextLoggerHook', 'by_epoch': False, 'out_dir': 'memory://runs'}]})
    runner.run([stream()], [('train', 1)])
    client = FileClient('memory')
    files = sorted(client.list_dir_or_file(f'memory://runs/{name}'))
    assert files == [f'{runner.timestamp}.log.json', 'iter_2.pth', 'iter_3.pth']
    assert runner.meta['hook_msgs']['last_ckpt'] == f'memory://runs/{name}/iter_3.pth'
    content = fetch_checkpoint(runner.meta['hook_msgs']['last_ckpt'])
    assert content['meta']['iter'] == 3
    assert not list(Path().glob('memory:*'))
    assert not list(Path(runner.work_dir).glob('*.pth'))


@pytest.mark.parametrize('out_dir', ['https://there/x', 'nowhere://x'])
def test_a_storage_that_cannot_be_written_is_refused_before_the_first_step(make_runner, stream, out_dir):
    pytest.importorskip('fsspec')
    runner = make_runner(max_iters=3)
    runner.register_checkpoint_hook({'interval': 1, 'by_epoch': False, 'out_dir': out_dir})
    with pytest.raises(ValueError, match='cannot write|nowhere'):
        runner.run([stream()], [('train', 1)])
    assert runner.finished_iters == 0


class Marks(CheckpointHook):
    def _save_checkpoint(self, runner):
        super()._save_checkpoint(runner)
        Path(self.out_dir, f'mark_{runner.iter + 1}').touch()


def test_saving_as_a_project_does(make_runner, stream, tmp_path):
    runner = make_runner(max_iters=4)
    runner.register_training_hooks(None, {}, Marks(interval=2, by_epoch=False, create_symlink=False))
    runner.run([stream()], [('train', 1)])
    assert files(tmp_path) == ['iter_2.pth', 'iter_4.pth', 'mark_2', 'mark_4']


def test_further_arguments_of_calls_are_kept():
    hook = CheckpointHook(interval=2, save_optimizer=False, file_client_args={'backend': 'disk'}, foo=3)
    assert (hook.args, hook.save_optimizer, hook.file_client_args) == ({'foo': 3}, False, {'backend': 'disk'})
    hook = CheckpointHook(meta={'a': 1}, filename_tmpl='x{}.pth', create_symlink=False)
    assert hook.args == {'meta': {'a': 1}, 'filename_tmpl': 'x{}.pth', 'create_symlink': False}
    with pytest.raises(ValueError, match='foo'):
        HOOKS.build({'type': 'CheckpointHook', 'foo': 3})


def test_a_project_runner_gets_its_own_arguments(make_runner, stream, tmp_path):
    runner, seen = make_runner(max_iters=1), []

    def save_checkpoint(out_dir, filename_tmpl, foo, save_optimizer=True):
        seen.append((filename_tmpl, foo, save_optimizer))

    runner.save_checkpoint = save_checkpoint
    runner.register_training_hooks(None, {}, CheckpointHook(1, by_epoch=False, foo=3))
    runner.run([stream()], [('train', 1)])
    assert seen == [('iter_1.pth', 3, True)]


def test_of_several_ranks_one_saves_as_a_project_does(run_ranks):
    run_ranks("""
        from mmcv.checkpoint import read_checkpoint
        from mmcv.runner import CheckpointHook, IterBasedRunner, master_only

        class Model(torch.nn.Linear):
            def train_step(self, batch, optimizer):
                return {'loss': self(batch).sum(), 'log_vars': {}, 'num_samples': 1}

        class Everywhere(CheckpointHook):
            calls = 0

            def _save_checkpoint(self, runner):
                super()._save_checkpoint(runner)
                self.calls += 1

        class Alone(Everywhere):
            _save_checkpoint = master_only(Everywhere._save_checkpoint)

        for kind, interval, calls in ((Everywhere, 2, 2), (Alone, 1, 0 if rank else 4)):
            runner = IterBasedRunner(Model(1, 1), work_dir=str(tmp_path), max_iters=4)
            hook = kind(interval, by_epoch=False)
            runner.register_hook(hook)
            runner.run([[torch.ones(1, 1)] * 4], [('train', 1)])
            assert hook.calls == calls
        dist.barrier()
        assert len(read_checkpoint(tmp_path / 'iter_3.pth')['resume']['rng']) == 2
    """)
