"""A checkpoint as a training of mmsegmentation 1.x leaves it behind, without mmengine."""

import sys
import types

import pytest
import torch

from mmseg.apis import init_segmentor
from mmseg.apis import test as evaluate
from mmseg.assembly.load import load_config
from mmseg.assembly.model import build_model
from mmseg.datasets.builder import DATASETS


@pytest.fixture
def of_1x(demo_config, tmp_path, monkeypatch):
    """The file, and the same weights as ours; mmengine is there while the file is written only."""
    cfg = load_config(str(demo_config))
    torch.manual_seed(0)
    weights = build_model(cfg).state_dict()
    names = DATASETS.get(cfg.data.test.type).CLASSES
    modules = {name: types.ModuleType(name) for name in ('mmengine', 'mmengine.logging', 'mmengine.logging.history')}
    kind = type('HistoryBuffer', (), {'__module__': 'mmengine.logging.history'})
    modules['mmengine.logging.history'].HistoryBuffer = kind
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    images = {'data_preprocessor.mean': torch.zeros(3, 1, 1), 'data_preprocessor.std': torch.ones(3, 1, 1)}
    torch.save({
        'meta': {'epoch': 0, 'iter': 40000, 'seed': 1, 'experiment_name': 'x', 'mmengine_version': '0.10.7',
                 'cfg': "default_scope = 'mmseg'",
                 'dataset_meta': {'classes': tuple(names), 'palette': [[i, 2, 3] for i in range(len(names))]}},
        'state_dict': {**images, **weights}, 'message_hub': {'log_scalars': {'train/loss': kind()}},
        'optimizer': {'state': {}, 'param_groups': []}, 'param_schedulers': []}, tmp_path / 'iter_40000.pth')
    torch.save({'state_dict': weights, 'meta': {}}, tmp_path / 'ours.pth')
    for name in modules:
        monkeypatch.delitem(sys.modules, name)
    return str(tmp_path / 'iter_40000.pth'), str(tmp_path / 'ours.pth')


def test_it_loads_with_its_classes_and_colours(demo_config, of_1x):
    theirs, ours = (init_segmentor(str(demo_config), path, device='cpu') for path in of_1x)
    assert list(theirs.CLASSES) == list(ours.CLASSES)
    assert theirs.PALETTE[1] == [1, 2, 3] != ours.PALETTE[1]
    assert all(torch.equal(one, other) for one, other in zip(theirs.state_dict().values(), ours.state_dict().values()))
    assert 'mmengine' not in sys.modules


def test_it_evaluates_as_ours_does(demo_config, of_1x, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theirs, ours = (evaluate(str(demo_config), path) for path in of_1x)
    assert theirs == ours
    assert 0 < theirs['aAcc'] <= 1
