"""Files on disk, behind http and in storages of fsspec."""

import functools
import http.server
import sys
import threading

import pytest

from mmcv.fileio import FileClient, get_bytes


@pytest.fixture
def served(tmp_path):
    """The address of a server of ``tmp_path``."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()


def test_disk_and_http(tmp_path, served):
    (tmp_path / 'x').write_bytes(b'content')
    assert get_bytes(tmp_path / 'x') == b'content'
    assert get_bytes(str(tmp_path / 'x'), backend='disk') == b'content'
    assert get_bytes(f'{served}/x') == b'content'
    assert FileClient('http').get(f'{served}/x') == b'content'
    assert FileClient().get_text(tmp_path / 'x') == 'content'


def test_missing(tmp_path, served):
    with pytest.raises(FileNotFoundError):
        get_bytes(tmp_path / 'x')
    with pytest.raises(OSError, match='404'):
        get_bytes(f'{served}/x')


def test_fsspec():
    fsspec = pytest.importorskip('fsspec')
    with fsspec.open('memory://folder/x', 'wb') as file:
        file.write(b'content')
    assert get_bytes('memory://folder/x') == b'content'


def test_unknown_backend():
    pytest.importorskip('fsspec')
    with pytest.raises(ValueError, match="storage 'petrel'"):
        get_bytes('x', backend='petrel')


def test_without_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, 'fsspec', None)
    with pytest.raises(ValueError, match='pip install fsspec'):
        get_bytes('s3://bucket/x')
