"""Files that are the old one or the new one, whatever goes wrong."""

import errno
import os

import pytest

from mmcv.fileio import atomic_symlink, atomic_write, remove_temporaries


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith('.tmp')]


def test_replaces_only_at_the_end(tmp_path):
    path = tmp_path / 'sub' / 'file'
    with atomic_write(path) as file:
        file.write(b'new')
        assert not path.exists()
    assert path.read_bytes() == b'new'
    with atomic_write(path, 'w') as file:
        file.write('newer')
        assert path.read_bytes() == b'new'
    assert path.read_text() == 'newer'
    assert leftovers(path.parent) == []


def test_an_error_keeps_the_old_file(tmp_path):
    path = tmp_path / 'file'
    path.write_text('old')
    with pytest.raises(ZeroDivisionError), atomic_write(path) as file:
        file.write(b'half' + bytes(1 // 0))
    assert path.read_text() == 'old'
    assert leftovers(tmp_path) == []


def test_a_full_disk_is_one_line_with_the_path(tmp_path, monkeypatch):
    path = tmp_path / 'file'
    path.write_text('old')

    def full(descriptor):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match='No space left on device.*file') as error, atomic_write(path) as file:
        file.write(b'new')
    assert error.value.errno == errno.ENOSPC
    assert '\n' not in str(error.value)
    assert path.read_text() == 'old'
    assert leftovers(tmp_path) == []


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / 'folder').write_text('')
    with pytest.raises(OSError, match='cannot write'), atomic_write(tmp_path / 'folder' / 'file'):
        pass


def test_everything_is_on_disk_before_the_name_changes(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(os, 'fsync', lambda descriptor: order.append('sync'))
    replace = os.replace
    monkeypatch.setattr(os, 'replace', lambda a, b: (order.append('replace'), replace(a, b)))
    with atomic_write(tmp_path / 'file') as file:
        file.write(b'new')
    assert order == ['sync', 'replace', 'sync']


def test_symlink_moves_from_target_to_target(tmp_path):
    link = tmp_path / 'latest'
    for name in ('a', 'b'):
        (tmp_path / name).write_text(name)
        atomic_symlink(name, link)
        assert link.is_symlink()
        assert link.read_text() == name
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize('refused', [('symlink',), ('symlink', 'link')])
def test_without_symlinks_a_hard_link_or_a_copy(tmp_path, monkeypatch, refused):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EPERM, 'no links here')

    (tmp_path / 'a').write_text('content')
    for name in refused:
        monkeypatch.setattr(os, name, refuse)
    atomic_symlink('a', tmp_path / 'latest')
    assert not (tmp_path / 'latest').is_symlink()
    assert (tmp_path / 'latest').read_text() == 'content'
    assert (tmp_path / 'latest').samefile(tmp_path / 'a') == ('link' not in refused)


def test_symlink_that_may_not_be_made_says_so(tmp_path, monkeypatch):
    def denied(*args):
        raise PermissionError(errno.EACCES, 'Permission denied')

    monkeypatch.setattr(os, 'replace', denied)
    with pytest.raises(OSError, match='Permission denied.*latest'):
        atomic_symlink('a', tmp_path / 'latest')
    assert leftovers(tmp_path) == []


def test_only_the_dead_leave_temporaries(tmp_path):
    dead = tmp_path / '.iter_1.pth.999999999.tmp'
    mine = tmp_path / f'.iter_1.pth.{os.getpid()}.tmp'
    other = tmp_path / '.something.tmp'
    for path in (dead, mine, other):
        path.write_text('')
    remove_temporaries(tmp_path)
    assert [path.exists() for path in (dead, mine, other)] == [False, True, True]
