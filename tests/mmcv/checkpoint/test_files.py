"""Checkpoint files: damaged ones, hostile ones, those of other versions, and the newest."""

import argparse
import builtins
import collections
import contextlib
import errno
import os
import pickle
import random
import warnings

import numpy as np
import pytest
import torch

from mmcv.checkpoint import (
    CheckpointError,
    Placeholder,
    find_latest_checkpoint,
    finished_iterations,
    read_checkpoint,
    write_checkpoint,
)

CHECKPOINT = {'meta': {'iter': 3, 'epoch': 1}, 'state_dict': {'weight': torch.arange(1000.0)}}


class RunsCode:
    """Unpickled by python itself, this would make a file."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


class HistoryBuffer:
    """As mmengine's: plain attributes, numpy inside."""

    def __init__(self):
        self._log_history = np.arange(3.0)


class OwnDict(dict):
    pass


def test_round_trip_that_torch_reads_too(tmp_path):
    path = tmp_path / 'new' / 'x.pth'
    write_checkpoint(CHECKPOINT, path)
    for content in (read_checkpoint(path), torch.load(path, weights_only=True)):
        assert content['meta'] == CHECKPOINT['meta']
        assert torch.equal(content['state_dict']['weight'], CHECKPOINT['state_dict']['weight'])


@pytest.mark.parametrize('zipped', [True, False])
def test_files_of_plain_torch(tmp_path, zipped):
    torch.save(CHECKPOINT, tmp_path / 'x.pth', _use_new_zipfile_serialization=zipped)
    assert torch.equal(read_checkpoint(tmp_path / 'x.pth')['state_dict']['weight'], torch.arange(1000.0))


def test_no_flipped_bit_and_no_cut_goes_unseen(tmp_path):
    """Of 500 damaged files none loads as good, each is a typed error, and the one before it is resumed from."""
    write_checkpoint(CHECKPOINT, tmp_path / 'iter_1.pth')
    path = tmp_path / 'iter_2.pth'
    write_checkpoint(CHECKPOINT, path)
    (tmp_path / 'latest.pth').symlink_to('iter_2.pth')
    content = path.read_bytes()
    generator = random.Random(0)
    for case in range(500):
        damaged = bytearray(content)
        if case % 3 == 0:
            del damaged[generator.randrange(len(content)):]
        else:
            position = generator.randrange(len(content)) if case % 3 == 1 else len(content) - 1 - case // 3
            damaged[position] ^= 1 << generator.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r'iter_2\.pth') as error:
            read_checkpoint(path)
        assert '\n' not in str(error.value)
        with pytest.warns(UserWarning, match=r'iter_2\.pth.*trying the one before'):
            assert find_latest_checkpoint(tmp_path) == str(tmp_path / 'iter_1.pth')


def test_a_flipped_bit_in_a_file_of_plain_torch(tmp_path):
    path = tmp_path / 'x.pth'
    torch.save(CHECKPOINT, path)
    damaged = bytearray(path.read_bytes())
    damaged[damaged.find(torch.arange(1000.0).numpy().tobytes()) + 100] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(CheckpointError, match='damaged'):
        read_checkpoint(path)


@pytest.mark.parametrize(('name', 'content', 'message'), [
    ('text.pth', b'no checkpoint at all', 'no checkpoint'),
    ('empty.pth', b'', 'no checkpoint'),
    ('missing.pth', None, 'there is no such checkpoint'),
])
def test_what_is_no_checkpoint(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=rf'{name}: .*{message}') as error:
        read_checkpoint(tmp_path / name)
    assert '\n' not in str(error.value)


def test_a_folder(tmp_path):
    with pytest.raises(CheckpointError, match='a folder'):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize('zipped', [True, False])
def test_nothing_of_a_file_is_executed(tmp_path, zipped):
    trap = tmp_path / 'trap'
    hostile = {'state_dict': {'weight': torch.ones(2), 'bad': RunsCode(trap)}, 'optimizer': [RunsCode(trap)],
               'meta': {'iter': 1, 'buffer': HistoryBuffer(), 'bad': RunsCode(trap), 'args': argparse.Namespace(a=1),
                        'config': f'__import__("os").mkdir({str(trap)!r})'}}
    torch.save(hostile, tmp_path / 'x.pth', _use_new_zipfile_serialization=zipped)
    content = read_checkpoint(tmp_path / 'x.pth')
    assert not trap.exists()
    assert torch.equal(content['state_dict']['weight'], torch.ones(2))
    assert isinstance(content['meta']['bad'], Placeholder)
    assert content['meta']['bad'].args == (str(trap),)
    assert np.array_equal(content['meta']['buffer'].state['_log_history'], np.arange(3.0))
    assert content['meta']['args'].state == {'a': 1}


MAGIC = b'\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00.'  # how files before torch 1.6 begin


def test_a_call_by_way_of_getattr(tmp_path):
    trap = tmp_path / 'trap'
    program = b"cbuiltins\ngetattr\n(cos\nmkdir\nS'__call__'\ntR(S'%s'\ntR." % str(trap).encode()
    pickle.loads(program)
    trap.rmdir()  # so the program does what it should
    (tmp_path / 'x.pth').write_bytes(MAGIC + program + b'\x80\x02]q\x00.')
    with contextlib.suppress(CheckpointError):
        read_checkpoint(tmp_path / 'x.pth')
    assert not trap.exists()


def test_functions_that_may_be_called_cannot_be_altered(tmp_path):
    program = b"ctorch._utils\n_rebuild_tensor_v2\n(N}S'__defaults__'\n(I1\ntstb."
    (tmp_path / 'x.pth').write_bytes(MAGIC + program + b'\x80\x02]q\x00.')
    before = torch._utils._rebuild_tensor_v2.__defaults__
    with pytest.raises(CheckpointError, match='alter a function'):
        read_checkpoint(tmp_path / 'x.pth')
    assert torch._utils._rebuild_tensor_v2.__defaults__ == before


def test_a_few_bytes_do_not_fill_the_memory(tmp_path):
    program = b'cbuiltins\nlist\n(cbuiltins\nrange\n(I100000000000\ntRtR.'
    (tmp_path / 'x.pth').write_bytes(MAGIC + program + b'\x80\x02]q\x00.')
    with pytest.raises(CheckpointError, match='not iterable'):
        read_checkpoint(tmp_path / 'x.pth')


def test_kept_kinds_of_a_foreign_file(tmp_path):
    kept = {'deque': collections.deque([1, 2]), 'array': np.arange(4), 'scalar': np.float32(1.5),
            'type': np.dtype('f4'), 'size': torch.Size([1]), 'set': {1}, 'order': collections.OrderedDict(a=1),
            'view': torch.arange(6.0).view(2, 3).t(), 'own': OwnDict(a=1)}
    torch.save(kept, tmp_path / 'x.pth')
    content = read_checkpoint(tmp_path / 'x.pth')
    assert isinstance(content.pop('own'), Placeholder)
    assert np.array_equal(content.pop('array'), kept['array'])
    assert torch.equal(content.pop('view'), kept['view'])
    for key, value in content.items():
        assert value == kept[key], key


def test_a_failing_disk_keeps_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / 'x.pth'
    write_checkpoint(CHECKPOINT, path)
    before = path.read_bytes()
    real_open = builtins.open

    class Full:
        def __init__(self, file):
            self.file, self.left = file, 2000

        def write(self, content):
            self.left -= len(content)
            if self.left < 0:
                raise OSError(errno.ENOSPC, 'No space left on device')
            return self.file.write(content)

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *args):
            self.file.close()

    monkeypatch.setattr(builtins, 'open', lambda name, mode='r', **kw: Full(real_open(name, mode, **kw))
                        if 'w' in mode else real_open(name, mode, **kw))
    with pytest.raises(OSError, match=r'No space left on device.*x\.pth') as error:
        write_checkpoint(CHECKPOINT, path)
    monkeypatch.undo()
    assert '\n' not in str(error.value)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ['x.pth']


def save(folder, *names, time=None):
    for i, name in enumerate(names):
        write_checkpoint(CHECKPOINT, folder / name)
        os.utime(folder / name, ns=(0, (time or 0) + i * 10**9))


def test_latest_is_where_the_link_points(tmp_path):
    save(tmp_path, 'iter_400.pth', 'iter_100.pth', 'iter_200.pth')
    (tmp_path / 'latest.pth').symlink_to('iter_100.pth')
    assert find_latest_checkpoint(tmp_path).endswith('iter_200.pth'), 'written after the link, killed before the next'
    os.utime(tmp_path / 'iter_200.pth', ns=(0, 0))
    assert find_latest_checkpoint(tmp_path).endswith('iter_100.pth'), '400 is of an older run'


def test_latest_falls_back_from_a_damaged_one(tmp_path):
    save(tmp_path, 'iter_9.pth', 'iter_10.pth', 'iter_11.pth')
    (tmp_path / 'latest.pth').symlink_to('iter_11.pth')
    for name in ('iter_11.pth', 'iter_10.pth'):
        (tmp_path / name).write_bytes(b'PK\3\4')
    with pytest.warns(UserWarning, match='iter_1[01].pth.*trying the one before') as record:
        assert find_latest_checkpoint(tmp_path).endswith('iter_9.pth')
    assert len(record) == 2


def test_latest_is_no_folder_and_no_pipe(tmp_path):
    save(tmp_path, 'iter_1.pth')
    os.mkfifo(tmp_path / 'iter_2.pth')
    (tmp_path / 'iter_3.pth').mkdir()
    (tmp_path / 'latest.pth').symlink_to('iter_2.pth')
    assert find_latest_checkpoint(tmp_path).endswith('iter_1.pth')


def test_latest_without_a_link_or_with_a_copy(tmp_path):
    assert find_latest_checkpoint(tmp_path) is None
    assert find_latest_checkpoint(tmp_path / 'missing') is None
    save(tmp_path, 'epoch_1.pth', 'epoch_2.pth')
    assert find_latest_checkpoint(tmp_path).endswith('epoch_2.pth')
    save(tmp_path, 'latest.pth', time=10**12)
    assert find_latest_checkpoint(tmp_path).endswith('latest.pth')
    (tmp_path / 'latest.pth').unlink()
    (tmp_path / 'latest.pth').hardlink_to(tmp_path / 'epoch_1.pth')
    os.utime(tmp_path / 'epoch_2.pth', ns=(0, 0))
    assert find_latest_checkpoint(tmp_path).endswith('epoch_1.pth')


def test_best_checkpoints_are_not_resumed_from(tmp_path):
    save(tmp_path, 'iter_1.pth', 'best_mIoU_iter_2.pth')
    assert find_latest_checkpoint(tmp_path).endswith('iter_1.pth')


@pytest.mark.parametrize(('name', 'stored', 'finished', 'remark'), [
    ('iter_10.pth', 9, 10, False),
    ('iter_10.pth', 10, 10, False),
    ('best_mIoU_iter_10.pth', 9, 10, False),
    ('epoch_2.pth', 20, 20, False),
    ('renamed.pth', 9, 9, True),
    ('iter_500.pth', 9, 9, True),
])
def test_iterations_of_old_checkpoints(tmp_path, name, stored, finished, remark):
    iterations, said = finished_iterations({'meta': {'iter': stored, 'mmcv_version': '1.7.2'}}, tmp_path / name)
    assert iterations == finished
    assert (said is not None) == remark


def test_iterations_by_the_name_behind_a_link(tmp_path):
    (tmp_path / 'iter_10.pth').touch()
    (tmp_path / 'latest.pth').symlink_to('iter_10.pth')
    assert finished_iterations({'meta': {'iter': 9}}, tmp_path / 'latest.pth') == (10, None)


def test_our_own_say_it_themselves(tmp_path):
    assert finished_iterations({'meta': {'iter': 9}, 'resume': {}}, tmp_path / 'iter_10.pth') == (9, None)


@pytest.mark.parametrize(('name', 'stored', 'finished'), [
    ('iter_10.pth', 10, 10), ('last.pth', 10, 10), ('epoch_2.pth', 20, 20), ('best_mIoU_iter_10.pth', 11, 10)])
def test_iterations_of_mmengine(tmp_path, name, stored, finished):
    meta = {'iter': stored, 'mmengine_version': '0.10.5'}
    assert finished_iterations({'meta': meta}, tmp_path / name) == (finished, None)


def test_reading_warns_about_nothing(tmp_path):
    torch.save({'x': argparse.Namespace()}, tmp_path / 'x.pth')
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        read_checkpoint(tmp_path / 'x.pth')
