"""Where checkpoints are read from, by the beginning of their names."""

import io
from pathlib import Path

import pytest
import torch

from mmcv.checkpoint import CheckpointError, CheckpointLoader, fetch_checkpoint, load_checkpoint, load_url_dist
from mmcv.fileio import FileClient


@pytest.fixture(autouse=True)
def own_schemes(monkeypatch):
    monkeypatch.setattr(CheckpointLoader, '_schemes', dict(CheckpointLoader._schemes))


def test_a_project_adds_a_way_of_its_own():
    @CheckpointLoader.register_scheme(prefixes=['mine://', 'ours:'])
    def load_from_us(filename, map_location=None):
        return {'state_dict': {'weight': torch.full((1, 2), len(filename)), 'bias': torch.zeros(1)}}

    model = torch.nn.Linear(2, 1)
    load_checkpoint(model, 'mine://abc', strict=True)
    assert model.weight.tolist() == [[10, 10]]
    assert fetch_checkpoint('ours:x')['state_dict']['weight'].shape == (1, 2)
    with pytest.raises(KeyError, match='mine:// has a loader'):
        CheckpointLoader.register_scheme('mine://', print)
    CheckpointLoader.register_scheme('mine://', lambda name, location: name, force=True)
    assert CheckpointLoader.load_checkpoint('mine://b') == 'mine://b'


def test_the_longest_prefix_counts():
    CheckpointLoader.register_scheme('a:', lambda name, location: 'short')
    CheckpointLoader.register_scheme('a:b:', lambda name, location: 'long')
    assert [fetch_checkpoint(name) for name in ('a:c', 'a:b:c')] == ['short', 'long']


def test_other_storages():
    pytest.importorskip('fsspec')
    file = io.BytesIO()
    torch.save({'a': torch.ones(1)}, file)
    FileClient('memory').put(file.getvalue(), 'memory://checkpoints/x.pth')
    assert fetch_checkpoint('memory://checkpoints/x.pth')['a'] == 1
    with pytest.raises(CheckpointError, match=r'nowhere://x: storage .* give a path, http://'):
        fetch_checkpoint('nowhere://x')


def test_an_address(tmp_path, monkeypatch):
    torch.save({'a': torch.ones(1)}, tmp_path / 'x.pth')
    monkeypatch.setattr('mmcv.checkpoint.loaders.download', lambda url, folder: Path(folder, url.rpartition('/')[2]))
    assert load_url_dist('https://there/x.pth', str(tmp_path))['a'] == 1
