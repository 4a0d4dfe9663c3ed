"""Downloads from a server on this machine that breaks off, resumes, and changes its mind."""

import hashlib
import http.server
import os
import tempfile
import threading

import pytest

from mmcv.fileio import DownloadError, cache_home, download

CONTENT = bytes(range(256)) * 2000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = f'weights-{DIGEST[:8]}.pth'


class Server(http.server.ThreadingHTTPServer):
    """Serves ``content`` under every name, the first ``breaks`` times only up to ``part`` bytes."""

    content = CONTENT
    breaks = 0
    part = 300_000
    ranges = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.asked = []

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}/'


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, begin = self.server, 0
        wanted = self.headers.get('Range')
        server.asked.append(wanted)
        if wanted and server.ranges:
            begin = int(wanted.removeprefix('bytes=').rstrip('-'))
            if begin >= len(server.content):
                self.send_response(416)
                self.send_header('Content-Range', f'bytes */{len(server.content)}')
                self.end_headers()
                return
            self.send_response(206)
            self.send_header('Content-Range', f'bytes {begin}-{len(server.content) - 1}/{len(server.content)}')
        else:
            self.send_response(200)
        self.send_header('Content-Length', str(len(server.content) - begin))
        self.end_headers()
        end = None
        if server.breaks:
            server.breaks -= 1
            end = server.part
        self.wfile.write(server.content[begin:end])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def visible(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith('.'))


def test_once_and_into_the_cache(server):
    path = download(server.url + NAME)
    assert path == cache_home() / 'checkpoints' / NAME
    assert path.read_bytes() == CONTENT
    download(server.url + NAME)
    assert server.asked == [None]


def test_a_broken_transfer_is_taken_up(server, tmp_path):
    server.breaks = 1
    with pytest.raises(DownloadError, match='300000 of 512000 bytes: run again'):
        download(server.url + NAME, tmp_path)
    assert visible(tmp_path) == []
    assert download(server.url + NAME, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, 'bytes=300000-']


def test_a_server_without_ranges_begins_anew(server, tmp_path):
    server.breaks, server.ranges = 1, False
    with pytest.raises(DownloadError):
        download(server.url + NAME, tmp_path)
    assert download(server.url + NAME, tmp_path).read_bytes() == CONTENT


def test_a_part_that_is_whole_already(server, tmp_path):
    (tmp_path / f'.{NAME}.part').write_bytes(CONTENT)
    assert download(server.url + NAME, tmp_path).read_bytes() == CONTENT


def test_a_part_of_another_file_is_thrown_away(server, tmp_path):
    (tmp_path / f'.{NAME}.part').write_bytes(b'other')
    assert download(server.url + NAME, tmp_path).read_bytes() == CONTENT
    assert server.asked == ['bytes=5-', None]


def test_without_a_checksum_nothing_is_resumed(server, tmp_path):
    (tmp_path / '.weights.pth.part').write_bytes(b'other')
    assert download(server.url + 'weights.pth', tmp_path).read_bytes() == CONTENT
    assert server.asked == [None]


def test_a_wrong_checksum(server, tmp_path):
    with pytest.raises(DownloadError, match=f'checksum is {DIGEST[:8]} and should be 01234567'):
        download(server.url + 'weights-01234567.pth', tmp_path)
    assert visible(tmp_path) == []
    with pytest.raises(DownloadError, match='should be ffff'):
        download(server.url + 'weights.pth', tmp_path, sha256='ffff')


def test_no_network_is_one_line_with_advice(tmp_path):
    with pytest.raises(DownloadError, match=r'127.0.0.1:9/x.pth: .*refused.*; model.pretrained=None') as error:
        download('http://127.0.0.1:9/x.pth', tmp_path, advice='model.pretrained=None')
    assert '\n' not in str(error.value)


def test_several_at_once_fetch_once(server, tmp_path):
    threads = [threading.Thread(target=download, args=(server.url + NAME, tmp_path)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.asked == [None]
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_cache_home(monkeypatch, tmp_path):
    monkeypatch.setenv('XDG_CACHE_HOME', '/caches')
    monkeypatch.delenv('MMCV_HOME')
    assert str(cache_home()) == '/caches/mmcv'
    monkeypatch.setenv('MMCV_HOME', '/mine')
    assert str(cache_home()) == '/mine'


def test_cache_home_of_a_user_without_a_home(monkeypatch, tmp_path):
    for name in ('MMCV_HOME', 'XDG_CACHE_HOME'):
        monkeypatch.setenv(name, '')
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    monkeypatch.setattr(os.path, 'expanduser', lambda path: path)  # as where neither $HOME nor the system knows one
    assert cache_home().parent.parent == tmp_path
