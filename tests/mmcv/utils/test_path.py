"""Files and folders."""

from pathlib import Path

import pytest

from mmcv.utils import check_file_exist, find_vcs_root, fopen, is_filepath, mkdir_or_exist, scandir, symlink


@pytest.fixture
def tree(tmp_path):
    for name in ('a.txt', 'b.PNG', '.hidden.txt', 'sub/c.txt', 'sub/deep/d.png', '.git/e.txt'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_is_filepath():
    assert is_filepath('a')
    assert is_filepath(Path('a'))
    assert not is_filepath(0)


def test_fopen(tree):
    with fopen(tree / 'a.txt') as file:
        assert file.read() == 'a.txt'


def test_check_file_exist(tree):
    check_file_exist(tree / 'a.txt')
    with pytest.raises(FileNotFoundError, match=r'file ".*z.txt" does not exist'):
        check_file_exist(tree / 'z.txt')
    with pytest.raises(FileNotFoundError, match='gone: .*sub'):
        check_file_exist(tree / 'sub', 'gone: {}')


def test_mkdir_or_exist(tmp_path, monkeypatch):
    for _ in range(2):
        mkdir_or_exist(str(tmp_path / 'a' / 'b'))
    assert (tmp_path / 'a' / 'b').is_dir()
    monkeypatch.setenv('HOME', str(tmp_path))
    mkdir_or_exist('~/c')
    assert (tmp_path / 'c').is_dir()
    mkdir_or_exist('')


def test_symlink(tree):
    symlink('a.txt', tree / 'link')
    symlink('b.PNG', tree / 'link')
    assert (tree / 'link').read_text() == 'b.PNG'
    with pytest.raises(FileExistsError):
        symlink('a.txt', tree / 'link', overwrite=False)
    symlink('nowhere', tree / 'link')  # a broken link can be replaced too
    symlink('a.txt', tree / 'link')
    assert (tree / 'link').read_text() == 'a.txt'


def test_scandir(tree):
    assert set(scandir(tree)) == {'a.txt', 'b.PNG'}
    assert set(scandir(str(tree), recursive=True)) == {'a.txt', 'b.PNG', 'sub/c.txt', 'sub/deep/d.png'}
    assert set(scandir(tree, '.txt', recursive=True)) == {'a.txt', 'sub/c.txt'}
    assert set(scandir(tree, ('.Png', '.x'), recursive=True, case_sensitive=False)) == {'b.PNG', 'sub/deep/d.png'}
    assert list(scandir(tree, '.png')) == []
    with pytest.raises(TypeError, match='dir_path'):
        scandir(5)
    with pytest.raises(TypeError, match='suffix'):
        scandir(tree, 5)


def test_find_vcs_root(tree):
    assert find_vcs_root(tree / 'sub' / 'c.txt') == str(tree)
    assert find_vcs_root(tree / 'sub', ('no-such-marker',)) is None
