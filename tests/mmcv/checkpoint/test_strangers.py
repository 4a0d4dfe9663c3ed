"""Checkpoints that others wrote: mmsegmentation 0.x and 1.x, torchvision, wrapped and renamed models."""

import enum
import logging
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from mmcv.checkpoint import CheckpointError, Placeholder, get_state_dict, load_checkpoint, read_checkpoint
from mmcv.config import ConfigDict
from mmcv.ops import SyncBatchNorm


def make(norm=nn.BatchNorm2d, classes=3):
    """A segmentor's structure in small."""
    backbone = nn.Sequential(OrderedDict(conv1=nn.Conv2d(3, 4, 3), bn1=norm(4)))
    return nn.Sequential(OrderedDict(backbone=backbone, decode_head=nn.Sequential(OrderedDict(
        conv_seg=nn.Conv2d(4, classes, 1)))))


def same(a, b):
    ours, theirs = get_state_dict(a), get_state_dict(b)
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


@pytest.fixture
def mmengine(monkeypatch):
    """A package of that name while the file is written, and none when it is read."""
    package = types.ModuleType('mmengine')
    logging_module = types.ModuleType('mmengine.logging')
    executed = []

    class HistoryBuffer:
        def __init__(self):
            self._log_history, self._count_history = np.arange(4.0), np.ones(4, int)
            self._statistics_methods = OrderedDict(mean=1)

        def __setstate__(self, state):
            executed.append(state)

    class Stage(enum.Enum):
        TRAIN = 'train'

    for kind in (HistoryBuffer, Stage):
        kind.__module__, kind.__qualname__ = 'mmengine.logging', kind.__name__
        setattr(logging_module, kind.__name__, kind)
    package.logging = logging_module
    monkeypatch.setitem(sys.modules, 'mmengine', package)
    monkeypatch.setitem(sys.modules, 'mmengine.logging', logging_module)
    return HistoryBuffer, Stage, executed


def test_mmsegmentation_1(mmengine, tmp_path, monkeypatch):
    history, stage, executed = mmengine
    model = make()
    torch.save({
        'meta': {'epoch': 0, 'iter': 40000, 'cfg': 'raise SystemExit', 'dataset_meta': {'classes': ('a', 'b', 'c')}},
        'state_dict': OrderedDict((f'{key}', value) for key, value in model.state_dict().items()),
        'message_hub': {'log_scalars': {'train/lr': history()}, 'runtime_info': {'stage': stage.TRAIN}},
        'optimizer': {'state': {}, 'param_groups': [{'lr': np.float64(0.01)}]}, 'param_schedulers': []},
        tmp_path / 'iter_40000.pth')
    for name in ('mmengine', 'mmengine.logging'):
        monkeypatch.delitem(sys.modules, name)
    other = make()
    checkpoint = load_checkpoint(other, tmp_path / 'iter_40000.pth', strict=True)
    assert same(model, other)
    scalars = checkpoint['message_hub']['log_scalars']['train/lr']
    assert isinstance(scalars, Placeholder)
    assert np.array_equal(scalars.state['_log_history'], np.arange(4.0))
    assert executed == []
    assert 'mmengine' not in sys.modules


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_mean_and_deviation_of_1x_are_no_weights(tmp_path, prefix):
    model = make()
    torch.save({'state_dict': {f'{prefix}{key}': value for key, value in {
        'data_preprocessor.mean': torch.zeros(3, 1, 1), 'data_preprocessor.std': torch.ones(3, 1, 1),
        **model.state_dict()}.items()}}, tmp_path / 'x.pth')
    other = make()
    load_checkpoint(other, tmp_path / 'x.pth', strict=True)
    assert same(model, other)
    own = torch.nn.ModuleDict({'data_preprocessor': torch.nn.Linear(1, 1)})
    torch.save({'state_dict': {'data_preprocessor.weight': torch.tensor([[7.0]]),
                               'data_preprocessor.bias': torch.zeros(1)}}, tmp_path / 'own.pth')
    load_checkpoint(own, tmp_path / 'own.pth', strict=True)
    assert own.data_preprocessor.weight.item() == 7, 'a model that has such a part keeps it'


def test_mmsegmentation_1_is_inert_even_where_mmengine_is_installed(mmengine, tmp_path):
    history, _, executed = mmengine
    torch.save({'state_dict': make().state_dict(), 'hub': history()}, tmp_path / 'x.pth')
    assert isinstance(read_checkpoint(tmp_path / 'x.pth')['hub'], Placeholder)
    assert executed == []


@pytest.mark.parametrize('zipped', [True, False])
def test_mmsegmentation_0(tmp_path, zipped):
    """Written by torch before 1.6 or after it, with what mmcv 1.x kept beside the weights."""
    model = make()
    torch.save({
        'meta': {'env_info': 'x', 'seed': 0, 'mmseg_version': '0.30.0+x', 'mmcv_version': '1.7.1', 'epoch': 1,
                 'iter': 39999, 'CLASSES': ['a', 'b', 'c'], 'PALETTE': np.zeros((3, 3), np.uint8).tolist(),
                 'hook_msgs': {'best_score': np.float32(0.5)}},
        'state_dict': model.state_dict(), 'optimizer': {'state': {}, 'param_groups': []}},
        tmp_path / 'iter_40000.pth', _use_new_zipfile_serialization=zipped)
    other = make()
    checkpoint = load_checkpoint(other, tmp_path / 'iter_40000.pth', strict=True)
    assert same(model, other)
    assert checkpoint['meta']['CLASSES'] == ['a', 'b', 'c']


@pytest.mark.parametrize(('written', 'read'), [(nn.BatchNorm2d, SyncBatchNorm), (SyncBatchNorm, nn.BatchNorm2d),
                                               (nn.SyncBatchNorm, SyncBatchNorm)])
def test_one_norm_for_another(tmp_path, written, read):
    model, other = make(written), make(read)
    with torch.no_grad():
        model.backbone.bn1.running_mean.fill_(3)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'x.pth')
    load_checkpoint(other, tmp_path / 'x.pth', strict=True)
    assert same(model, other)


def test_prefix_of_a_wrapper(tmp_path):
    model, other = make(), make()
    wrapped = {f'module.{key}': value for key, value in model.state_dict().items()}
    torch.save({'state_dict': wrapped}, tmp_path / 'x.pth')
    load_checkpoint(other, tmp_path / 'x.pth', strict=True)
    assert same(model, other)


@pytest.mark.parametrize('container', ['state_dict', 'state_dict_ema', 'model_state', 'params'])
def test_a_module_of_lightning_around_a_model(tmp_path, container):
    model, other = make(), make()
    torch.save({container: {f'model.{key}': value for key, value in model.state_dict().items()}}, tmp_path / 'x.ckpt')
    load_checkpoint(other, tmp_path / 'x.ckpt', strict=True)
    assert same(model, other)
    load_checkpoint(backbone := make().backbone, tmp_path / 'x.ckpt')
    assert same(model.backbone, backbone)


def test_other_names(tmp_path):
    """``revise_keys`` are applied one after the other; here a bare backbone finds its place."""
    model, other = make(), make()
    bare = {f'encoder.{key}': value for key, value in model.backbone.state_dict().items()}
    torch.save(bare, tmp_path / 'bare.pth')
    load_checkpoint(other, tmp_path / 'bare.pth', revise_keys=[('^encoder', 'trunk'), (r'^trunk\.', 'backbone.')])
    assert same(model.backbone, other.backbone)


def test_another_head_is_reported_key_by_key(tmp_path, caplog):
    torch.save({'state_dict': {**make(classes=19).state_dict(), 'auxiliary_head.conv_seg.weight': torch.ones(1)}},
               tmp_path / 'x.pth')
    other = make(classes=3)
    with caplog.at_level(logging.WARNING):
        load_checkpoint(other, tmp_path / 'x.pth', logger=logging.getLogger('a test'))
    assert '1 keys unexpected (auxiliary_head.conv_seg.weight)' in caplog.text
    assert 'decode_head.conv_seg.weight: (19, 4, 1, 1) there, (3, 4, 1, 1) here' in caplog.text
    with pytest.raises(CheckpointError, match='number of classes'):
        load_checkpoint(make(), tmp_path / 'x.pth', strict=True)


def test_torchvision(tmp_path, caplog):
    """The weights of its ResNet go into ours, all but the classifier."""
    models = pytest.importorskip('torchvision.models')
    from mmseg.models.backbones import ResNet
    theirs = models.resnet18(weights=None)
    torch.save(theirs.state_dict(), tmp_path / 'resnet18-f37072fd.pth')
    ours = ResNet(depth=18)
    with caplog.at_level(logging.WARNING):
        load_checkpoint(ours, tmp_path / 'resnet18-f37072fd.pth', logger=logging.getLogger('a test'))
    state = theirs.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in ours.state_dict().items())
    assert '2 keys unexpected (fc.weight, fc.bias)' in caplog.text
    assert 'missing' not in caplog.text


@pytest.mark.parametrize('module', ['mmcv.utils.config', 'mmengine.config.config'])
def test_a_config_inside_is_a_dict(tmp_path, module, monkeypatch):
    """As mmcv 1.x had it: a class below addict's Dict, whose state is itself."""
    class ConfigDict(dict):
        def __getstate__(self):
            return self

        def __setstate__(self, state):
            raise AssertionError('executed')

    ConfigDict.__module__, ConfigDict.__qualname__ = module, 'ConfigDict'
    names = ['.'.join(module.split('.')[:depth]) for depth in range(1, module.count('.') + 2)]
    for name in names if module.startswith('mmengine') else names[-1:]:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[module].ConfigDict = ConfigDict
    config = ConfigDict(model=ConfigDict(type='PSPHead', channels=[1, 2]), lr=0.1)
    torch.save({'state_dict': {'a': torch.ones(1)}, 'meta': {'config': config}}, tmp_path / 'x.pth')
    monkeypatch.delitem(sys.modules, module)
    found = read_checkpoint(tmp_path / 'x.pth')['meta']['config']
    assert found == {'model': {'type': 'PSPHead', 'channels': [1, 2]}, 'lr': 0.1}


def test_our_own_config_inside_is_a_dict(tmp_path):
    torch.save({'config': ConfigDict(a=ConfigDict(b=1))}, tmp_path / 'x.pth')
    found = read_checkpoint(tmp_path / 'x.pth')['config']
    assert found == {'a': {'b': 1}}
    assert ConfigDict(found).a.b == 1


class Strange:
    """What a file may hold in the place of anything."""

    def __reduce__(self):
        return pytest.fail, ('executed',)


@pytest.mark.parametrize(('weights', 'message'), [
    ({'weight': 'text'}, "x.pth: Error.* parameter named .weight., expected torch.Tensor .* received <class 'str'>"),
    ({'weight': Strange()}, 'x.pth: Error.* parameter named .weight., expected torch.Tensor'),
    ({'weight': torch.empty(1, 1, device='meta')}, 'x.pth: Error.* parameter named .weight.'),
    ({Strange(): 1}, 'x.pth: holds no state_dict'),
])
@pytest.mark.parametrize('strict', [True, False])
def test_what_are_no_weights_is_one_line(tmp_path, weights, message, strict):
    torch.save({'state_dict': {'bias': torch.zeros(1), **weights}}, tmp_path / 'x.pth')
    with pytest.raises(CheckpointError, match=message) as error:
        load_checkpoint(nn.Linear(1, 1), tmp_path / 'x.pth', strict=strict)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('name', ['x.pth', 'x.safetensors'])
def test_a_pointer_of_git_lfs(tmp_path, name):
    (tmp_path / name).write_text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n')
    with pytest.raises(CheckpointError, match=f'{name}: a pointer of Git LFS, not the file itself: `git lfs pull`'):
        read_checkpoint(tmp_path / name)
