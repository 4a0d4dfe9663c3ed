"""Names that lead to the hub; the network itself is a stand-in."""
import logging
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from mmcv.checkpoint import CheckpointError, has_safe_tensors, load_checkpoint, resolve, write_safe_tensors
from mmcv.checkpoint.hub import HubFile, file_of_timm, file_on_hub
from mmcv.checkpoint.source import local_or_address


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """What is asked of huggingface-hub; the file of any name is there, but of ORG/gone."""
    library = pytest.importorskip('huggingface_hub')
    asked = []

    def fetch(repo, name, revision=None):
        asked.append((repo, name, revision))
        if repo == 'ORG/gone':
            logging.getLogger('huggingface_hub.utils._http').warning('Retrying in 1s [Retry 1/5].')
            raise library.errors.LocalEntryNotFoundError('cannot find the file\non the Hub')
        return str(tmp_path / 'weights.safetensors')

    monkeypatch.setattr(library, 'hf_hub_download', fetch)
    return asked


@pytest.mark.parametrize(('name', 'expected'), [
    ('ORG/net/model.safetensors', HubFile('ORG/net', 'model.safetensors')),
    ('ORG/net@v1.0/sub/model.bin', HubFile('ORG/net', 'sub/model.bin', 'v1.0')),
])
def test_names(name, expected):
    assert file_on_hub(name) == expected
    assert str(expected) == f'hf://{name}'


@pytest.mark.parametrize('name', ['model.safetensors', 'ORG/net', 'ORG/net@/x', '', '../net/x', 'my ORG/net/x'])
def test_wrong_names(name):
    with pytest.raises(CheckpointError, match='write hf://ORG/REPO/FILE or hf://ORG/REPO@REVISION/FILE'):
        resolve(f'hf://{name}')


@pytest.mark.skipif(not has_safe_tensors(), reason='safetensors is not installed')
def test_weights_load(hub, tmp_path, monkeypatch):
    source, target = nn.Linear(2, 3), nn.Linear(2, 3)
    write_safe_tensors(source.state_dict(), tmp_path / 'weights.safetensors', {})
    load_checkpoint(target, 'hf://ORG/net@main/a/b.safetensors', strict=True)
    assert hub == [('ORG/net', 'a/b.safetensors', 'main')]
    import huggingface_hub
    kept = str(tmp_path / 'weights.safetensors')
    monkeypatch.setattr(huggingface_hub, 'try_to_load_from_cache', lambda repo, name, revision: kept)
    assert resolve('hf://ORG/net@main/a/b.safetensors') == local_or_address('hf://ORG/net/b') == Path(kept)
    assert len(hub) == 1  # no network any more
    assert torch.equal(source.weight, target.weight)
    load_checkpoint(target, str(tmp_path / 'weights.safetensors'), strict=True)


def test_what_cannot_be_fetched_is_one_line(hub, capfd):
    with pytest.raises(OSError, match='hf://ORG/gone/x.bin: cannot download: .*; give the path of a copy') as error:
        resolve('hf://ORG/gone/x.bin')
    assert '\n' not in str(error.value)
    assert capfd.readouterr() == ('', '')
    assert str(local_or_address('hf://ORG/gone/x.bin')).endswith('/ORG/gone/resolve/main/x.bin')


def test_without_a_network_nothing_is_tried_again(monkeypatch, tmp_path, capfd):
    """The library itself, whose hub is where nobody listens."""
    constants = pytest.importorskip('huggingface_hub').constants
    monkeypatch.setattr(constants, 'HUGGINGFACE_CO_URL_TEMPLATE', 'http://127.0.0.1:9/{repo_id}/{filename}')
    monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(tmp_path))
    monkeypatch.setattr('time.sleep', lambda seconds: pytest.fail('it waits for another attempt'))
    before = logging.getLogger('huggingface_hub.utils._http').handlers[:]
    with pytest.raises(OSError, match='hf://ORG/net/x.bin: cannot download: no connection to the hub: .*refused'):
        resolve('hf://ORG/net/x.bin')
    assert capfd.readouterr() == ('', '')
    assert logging.getLogger('huggingface_hub.utils._http').handlers == before


def test_names_of_timm():
    pytest.importorskip('timm')
    expected = HubFile('timm/resnet50.a1_in1k', 'model.safetensors')
    assert file_of_timm('resnet50') == file_of_timm('resnet50.a1_in1k') == expected
    assert file_of_timm('vit_small_patch16_dinov3').repo == 'timm/vit_small_patch16_dinov3.lvd1689m'
    for name in ('resnet5000', 'resnet50.a100'):
        with pytest.raises(CheckpointError, match=rf'timm://{name}: timm has no such weights \(did you mean resnet50'):
            file_of_timm(name)


@pytest.mark.parametrize(('name', 'package', 'message'), [
    ('timm://resnet50', 'timm', 'timm://resnet50: needs a package: pip install timm'),
    ('hf://a/b/c.bin', 'huggingface_hub', 'hf://a/b/c.bin: needs a package: pip install huggingface-hub'),
])
def test_missing_packages(name, package, message, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CheckpointError, match=message):
        resolve(name)
