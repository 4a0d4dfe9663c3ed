"""Lists and dicts in text files, and formats that a project adds."""

import io

import pytest

from mmcv.fileio import (
    BaseFileHandler,
    BaseStorageBackend,
    FileClient,
    dict_from_file,
    dump,
    list_from_file,
    load,
    register_handler,
)
from mmcv.fileio.handlers import file_handlers


@pytest.fixture
def names(tmp_path):
    path = tmp_path / 'names.txt'
    path.write_bytes('a b\r\n\nc\ngrün'.encode())
    return path


def test_lines(names):
    assert list_from_file(names) == ['a b', '', 'c', 'grün']
    assert list_from_file(names, prefix='x/', offset=1, max_num=2) == ['x/', 'x/c']
    assert list_from_file(str(names), file_client_args={'backend': 'disk'}, offset=9) == []


def test_lines_of_a_storage_that_reads_text_in_its_own_way(monkeypatch):
    monkeypatch.setattr(FileClient, '_backends', dict(FileClient._backends))
    monkeypatch.setattr(FileClient, '_prefix_to_backends', dict(FileClient._prefix_to_backends))

    @FileClient.register_backend('shouting', prefixes='shout')
    class Shouting(BaseStorageBackend):
        def get(self, filepath):
            return b'a\nb'

        def get_text(self, filepath, encoding='utf-8'):
            return super().get_text(filepath, encoding).upper()

    for arguments in (None, {'backend': 'shouting'}, {'prefix': 'shout'}):
        assert list_from_file('shout://x', file_client_args=arguments) == ['A', 'B']


def test_pairs(tmp_path):
    path = tmp_path / 'pairs.txt'
    path.write_text('1 cat\n2 dog cow\n')
    assert dict_from_file(path) == {'1': 'cat', '2': ['dog', 'cow']}
    assert dict_from_file(path, key_type=int) == {1: 'cat', 2: ['dog', 'cow']}
    path.write_text('1 cat\n2\n')
    with pytest.raises(ValueError, match=r"pairs\.txt:2: .*not '2'"):
        dict_from_file(path)


def test_a_format_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.setattr('mmcv.fileio.handlers.file_handlers', file_handlers)
    for suffix in ('txt', 'log'):
        monkeypatch.setitem(file_handlers, suffix, None)

    @register_handler(['txt', 'log'])
    class Text(BaseFileHandler):
        def load_from_fileobj(self, file):
            return file.read()

        def dump_to_str(self, obj):
            return str(obj)

    dump(12, tmp_path / 'a.txt')
    assert load(tmp_path / 'a.txt') == '12'
    assert load(io.StringIO('34'), file_format='log') == '34'
    Text().dump_to_path(5, tmp_path / 'b')
    assert Text().load_from_path(tmp_path / 'b') == '5'
    with pytest.raises(TypeError, match='strings'):
        register_handler(1)(Text)
    with pytest.raises(TypeError, match='no BaseFileHandler'):
        register_handler('x')(dict)
