"""Small functions of mmcv 1.x and mmseg 0.x, under the addresses that they had."""

import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import mmcv.runner  # noqa: F401


def test_layers():
    from mmcv.cnn import build_norm_layer
    from mmcv.cnn.resnet import conv3x3
    from mmcv.ops import SyncBatchNorm

    assert conv3x3(2, 4, stride=2, dilation=2)(torch.ones(1, 2, 8, 8)).shape == (1, 4, 4, 4)
    assert conv3x3(2, 4).bias is None
    name, layer = build_norm_layer({'type': 'MMSyncBN'}, 4)
    assert name == 'bn'
    assert isinstance(layer, SyncBatchNorm)


def test_bases_of_layers():
    from mmcv.utils.parrots_wrapper import _get_conv, _get_norm, _get_pool

    assert issubclass(nn.Conv2d, _get_conv()[0])
    assert _get_conv()[1] is torch.nn.modules.conv._ConvTransposeMixin
    assert [issubclass(kind, base) for kind, base in zip(
        (nn.BatchNorm2d, nn.InstanceNorm2d, nn.SyncBatchNorm), _get_norm(), strict=True)] == [True] * 3
    kinds = nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d, nn.AvgPool2d, nn.MaxPool2d
    assert [issubclass(kind, base) for kind, base in zip(kinds, _get_pool(), strict=True)] == [True] * 4


def test_grids():
    from mmcv.ops.point_sample import denormalize, normalize

    assert normalize(torch.tensor([-1, 0, 1.0])).tolist() == [0, 0.5, 1]
    assert denormalize(torch.tensor([0, 0.5, 1])).tolist() == [-1, 0, 1]


def test_numbers_of_groups():
    from mmcv.runner.hooks.lr_updater import format_param

    optimizer = torch.optim.SGD([{'params': [nn.Parameter(torch.ones(1))]} for _ in range(2)], lr=0.1)
    assert format_param('a', optimizer, 0.3) == [0.3, 0.3]
    assert format_param('a', optimizer, (0.3, 0.4)) == (0.3, 0.4)
    assert format_param('a', optimizer, {'a': [1, 2]}) == [1, 2]
    with pytest.raises(ValueError, match='a: 3 values for 2 parameter groups'):
        format_param('a', optimizer, [1, 2, 3])
    with pytest.raises(KeyError, match='b is not among a'):
        format_param('b', optimizer, {'a': [1, 2]})


def test_optimizers_of_torch_are_registered_again():
    from mmcv.runner.optimizer.builder import OPTIMIZERS, register_torch_optimizers

    assert {'SGD', 'AdamW'} <= set(register_torch_optimizers()) <= set(OPTIMIZERS)
    assert OPTIMIZERS.get('SGD') is torch.optim.SGD


def test_a_free_port():
    from mmcv.runner.dist_utils import _find_free_port

    with socket.socket() as sock:
        sock.bind(('', _find_free_port()))


def test_arrays_as_files(tmp_path):
    from mmseg.apis.test import np2tmp

    array = np.arange(6).reshape(2, 3)
    path = np2tmp(array, tmpdir=tmp_path)
    assert Path(path).parent == tmp_path
    np.testing.assert_array_equal(np.load(path), array)
    assert np2tmp(array, str(tmp_path / 'own.npy')) == str(tmp_path / 'own.npy')
    np.testing.assert_array_equal(np.load(tmp_path / 'own.npy'), array)


def test_weights_of_torchvision():
    pytest.importorskip('torchvision')
    from mmcv.runner.checkpoint import get_torchvision_models

    models = get_torchvision_models()
    assert models['resnet50'] == models['resnet50.imagenet1k_v1']
    assert models['resnet50.default'] == models['resnet50.imagenet1k_v2'] != models['resnet50']


def test_a_set_of_several_folders(tmp_path):
    from mmseg.datasets.builder import _concat_dataset

    for name in 'ab':
        (tmp_path / name).mkdir()
        (tmp_path / name / f'{name}.jpg').touch()
    joined = _concat_dataset({
        'type': 'CustomDataset', 'pipeline': [], 'data_root': str(tmp_path), 'img_dir': ['a', 'b'], 'classes': ['x'],
        'test_mode': True})
    assert len(joined.datasets) == 2
