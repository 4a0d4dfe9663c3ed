import functools
import hashlib
import http.server
import threading
from pathlib import Path

import pytest
import torch

from mmcv.checkpoint import resolve
from mmcv.utils import ConfigError
from mmseg.zoo import published, table
from mmseg.zoo.published import published_checkpoint

DOCS = Path(__file__).resolve().parents[3] / 'docs'


def test_address_of_a_config():
    name = 'segformer_mit-b0_512x512_160k_ade20k'
    address = published_checkpoint('zoo', f'configs/segformer/{name}.py')
    assert address.startswith('https://')
    assert address.rpartition('/')[2].startswith(name)


def test_anything_else_is_what_it_is():
    assert published_checkpoint('work_dirs/latest.pth', None) == 'work_dirs/latest.pth'


def test_nothing_was_published():
    with pytest.raises(ConfigError, match=r"pspnet_r18-d8_demo: no weights were published .*'zoo'"):
        published_checkpoint('zoo', 'pspnet_r18-d8_demo')


def test_fetched_once_and_checked(tmp_path, monkeypatch):
    torch.save({'state_dict': {}}, tmp_path / 'file')
    content = (tmp_path / 'file').read_bytes()
    good = f'good-{hashlib.sha256(content).hexdigest()[:8]}.pth'
    for file in (good, 'bad-00000000.pth'):
        (tmp_path / file).write_bytes(content)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        models = {name: {'checkpoint': f'http://127.0.0.1:{server.server_port}/{name}.pth'}
                  for name in (good[:-4], 'bad-00000000')}
        monkeypatch.setattr(published, 'read_facts', lambda: {'models': models})
        monkeypatch.setenv('MMCV_HOME', str(tmp_path / 'home'))
        path = resolve(published_checkpoint('zoo', good[:-4]))
        assert path.read_bytes() == content
        with pytest.raises(OSError, match='the checksum is'):
            resolve(published_checkpoint('zoo', 'bad-00000000'))
        server.shutdown()
    assert resolve(published_checkpoint('zoo', good[:-4])) == path  # no network any more
    (path).unlink()
    with pytest.raises(OSError, match='cannot download') as error:
        resolve(published_checkpoint('zoo', good[:-4]))
    assert '\n' not in str(error.value)


def test_docs_are_up_to_date():
    assert (DOCS / 'zoo.md').read_text(encoding='utf-8') == table.markdown(), 'python -m mmseg.zoo > docs/zoo.md'
