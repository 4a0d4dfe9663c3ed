"""FileClient of 0.x: storages by name and by prefix, and all that they can do."""

import sys
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from mmcv.fileio import BaseStorageBackend, FileClient, dump, load


@pytest.fixture(autouse=True)
def own_clients(monkeypatch):
    """What a test registers is gone after it."""
    for name in ('_backends', '_prefix_to_backends', '_instances'):
        monkeypatch.setattr(FileClient, name, dict(getattr(FileClient, name)))


@pytest.fixture
def tree():
    return {'text1.txt': b'1', 'dir1/text2.txt': b'2', 'dir1/dir2/img.jpg': b'3', '.hidden': b'4'}


@pytest.fixture(params=['disk', 'memory'])
def stored(request, tmp_path, tree):
    """(client, folder) of a tree of files."""
    if request.param == 'memory':
        pytest.importorskip('fsspec')
    root = str(tmp_path) if request.param == 'disk' else f'memory:/{tmp_path}'
    client = FileClient(request.param)
    for name, content in tree.items():
        client.put(content, client.join_path(root, *name.split('/')))
    return client, root


@pytest.mark.parametrize(('options', 'expected'), [
    ({}, 'text1.txt dir1'),
    ({'recursive': True}, 'text1.txt dir1 dir1/text2.txt dir1/dir2 dir1/dir2/img.jpg'),
    ({'list_file': False}, 'dir1'),
    ({'list_file': False, 'recursive': True}, 'dir1 dir1/dir2'),
    ({'list_dir': False}, 'text1.txt'),
    ({'list_dir': False, 'recursive': True, 'suffix': '.jpg'}, 'dir1/dir2/img.jpg'),
    ({'list_dir': False, 'recursive': True, 'suffix': ('2.txt', '.jpg')}, 'dir1/text2.txt dir1/dir2/img.jpg'),
])
def test_folders_are_listed(stored, options, expected):
    client, root = stored
    assert sorted(client.list_dir_or_file(root, **options)) == sorted(expected.split())


def test_files_are_written_found_and_removed(stored):
    client, root = stored
    path = client.join_path(root, 'new', 'a.txt')
    assert not client.exists(path)
    client.put_text('grün', path)
    assert client.get(path) == 'grün'.encode()
    assert client.get_text(path) == 'grün'
    assert (client.isfile(path), client.exists(path), client.isdir(path)) == (True, True, False)
    assert client.isdir(client.join_path(root, 'dir1'))
    with client.get_local_path(path) as local, open(local, encoding='utf-8') as file:
        assert file.read() == 'grün'
    client.remove(path)
    assert not client.isfile(path)


def test_local_copies_do_not_stay(stored, tmp_path):
    client, root = stored
    path = client.join_path(root, 'text1.txt')
    with client.get_local_path(path) as local:
        pass
    if client.name == 'HardDiskBackend':
        assert (local, client.exists(path)) == (path, True)
    else:
        assert not FileClient('disk').exists(local)


@pytest.mark.parametrize('options', [{'suffix': '.txt'}, {'list_dir': False, 'suffix': ['.txt']}])
def test_wrong_suffixes(options, tmp_path):
    with pytest.raises(TypeError, match='suffix'):
        FileClient('disk').client.list_dir_or_file(tmp_path, **options)


@pytest.mark.parametrize(('uri', 'prefix'), [
    ('s3://bucket/x', 's3'), ('cluster:s3://bucket/x', 's3'), ('https://x', 'https'), ('/a/b', None)])
def test_prefixes(uri, prefix):
    assert FileClient.parse_uri_prefix(uri) == prefix


def test_the_backend_is_inferred(tmp_path):
    assert FileClient.infer_client(uri=tmp_path).name == 'HardDiskBackend'
    assert FileClient.infer_client({'backend': 'http'}, tmp_path).name == 'HTTPBackend'
    assert FileClient.infer_client(uri='https://x').name == 'HTTPBackend'
    pytest.importorskip('fsspec')
    assert FileClient.infer_client(uri='memory://x').name == 'FsspecBackend'
    with pytest.raises(ValueError, match="storage 'hadoop'"):
        FileClient('hadoop')


def test_s3_goes_to_petrel_where_it_is_installed(monkeypatch):
    library = SimpleNamespace(client=MagicMock())
    library.client.Client.return_value.Get.return_value = b'content'
    monkeypatch.setitem(sys.modules, 'petrel_client', library)
    client = FileClient.infer_client(uri='s3://bucket/x')
    assert client.name == 'PetrelBackend'
    assert client.get_text('s3://bucket\\x') == 'content'
    client.client._client.Get.assert_called_with('s3://bucket/x')
    mapped = FileClient('petrel', path_mapping={'data/': 's3://other/'}, enable_mc=False)
    mapped.put(b'1', 'data/y')
    mapped.client._client.put.assert_called_with('s3://other/y', b'1')
    del library.client.Client.return_value.delete
    with pytest.raises(NotImplementedError, match='no delete'):
        mapped.remove('data/y')


class Reversed(BaseStorageBackend):
    """Gives paths from behind."""

    def get(self, filepath):
        return filepath[::-1].encode()

    def get_text(self, filepath, encoding='utf-8'):
        return filepath[::-1]


def test_registered_backends():
    FileClient.register_backend('reversed', Reversed, prefixes=['rev', 'ver'])
    for client in (FileClient('reversed'), FileClient(prefix='rev'), FileClient('reversed', prefix='http')):
        assert client.get('abc') == b'cba'
    assert FileClient('reversed') is FileClient('reversed')
    with pytest.raises(NotImplementedError, match='Reversed cannot write'):
        FileClient('reversed').put(b'', 'abc')

    class Straight(Reversed):
        def get(self, filepath):
            return filepath.encode()

    before = FileClient('reversed')
    with pytest.raises(KeyError, match='reversed is the name of a storage already'):
        FileClient.register_backend('reversed', Straight)
    assert FileClient.register_backend('reversed', force=True, prefixes='rev')(Straight) is Straight
    assert FileClient('reversed') is not before
    assert FileClient(prefix='rev').get('abc') == b'abc'
    assert FileClient(prefix='ver').get('abc') == b'cba'


@pytest.mark.parametrize(('name', 'backend'), [(1, Reversed), ('a', 0), ('a', int)])
def test_what_is_no_backend(name, backend):
    with pytest.raises(TypeError):
        FileClient.register_backend(name, backend)


def test_lmdb(tmp_path):
    lmdb = pytest.importorskip('lmdb')
    with lmdb.open(str(tmp_path)) as data_base, data_base.begin(write=True) as transaction:
        transaction.put(b'key', b'value')
    client = FileClient('lmdb', db_path=tmp_path)
    assert client.get('key') == b'value'
    assert FileClient('lmdb', db_path=str(tmp_path)).get('key') == b'value'  # images and labels lie in one
    with pytest.raises(FileNotFoundError, match="has no key 'other'"):
        client.get('other')


def test_data_goes_through_clients():
    pytest.importorskip('fsspec')
    dump({'a': [1, 2]}, 'memory://of_data/x.json')
    dump([1], 'memory://of_data/x.pkl', file_client_args={'backend': 'memory'})
    assert load('memory://of_data/x.json') == {'a': [1, 2]}
    assert load('memory://of_data/x.pkl') == [1]
