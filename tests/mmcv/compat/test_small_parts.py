"""Small parts of mmcv 1.x that projects use by themselves."""

import logging
import random
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, DistributedSampler

from mmcv.compat import device_type, testing
from mmcv.compat.half_precision import LossScaler, patch_norm_fp32
from mmcv.compat.prerequisites import check_prerequisites, requires_executable, requires_package
from mmcv.compat.runner import IterLoader, get_host_info, get_time_str, set_random_seed, worker_init_fn
from mmcv.compat.torch_names import (
    get_build_config,
    is_jit_tracing,
    is_rocm_pytorch,
    jit,
    skip_no_elena,
    torch_meshgrid,
)
from mmcv.runner import EpochBasedRunner, build_runner


def test_kinds_of_devices(monkeypatch):
    assert torch.cuda.is_available() == device_type.IS_CUDA_AVAILABLE
    assert not device_type.is_mlu_available()
    monkeypatch.setattr(torch, 'mlu', type('mlu', (), {'is_available': staticmethod(lambda: True)}), raising=False)
    assert device_type.is_mlu_available()
    monkeypatch.setattr(device_type, 'is_cuda_available', lambda: False)
    assert device_type.get_device() == 'mlu'
    monkeypatch.delattr(torch, 'mlu')
    monkeypatch.setattr(device_type, 'is_mps_available', lambda: False)
    assert device_type.get_device() == 'cpu'


def test_dynamic_loss_scale():
    scaler = LossScaler(init_scale=8, scale_window=2)
    weight = nn.Parameter(torch.ones(2))
    weight.grad = torch.tensor([1.0, float('inf')])
    assert scaler.has_overflow([weight, nn.Parameter(torch.ones(1))])
    scales = []
    for overflow in (True, False, False, False, True):
        scaler.update_scale(overflow)
        scales.append(scaler.loss_scale)
    assert scales == [4, 4, 8, 8, 4]
    other = LossScaler()
    other.load_state_dict(scaler.state_dict())
    assert vars(other) == vars(scaler)


def test_static_loss_scale():
    scaler = LossScaler(8, 'static')
    scaler.update_scale(True)
    weight = nn.Parameter(torch.ones(1))
    weight.grad = torch.tensor([float('nan')])
    assert (scaler.loss_scale, scaler.has_overflow([weight])) == (8, False)
    with pytest.raises(ValueError, match="'dynamic' or 'static'"):
        LossScaler(mode='other')


def test_norms_of_half_models_stay_float():
    model = patch_norm_fp32(nn.Sequential(nn.Conv2d(4, 4, 1), nn.GroupNorm(2, 4), nn.BatchNorm2d(4)).half())
    assert [layer.weight.dtype for layer in model] == [torch.half, torch.float, torch.float]
    assert model[1](torch.randn(1, 4, 2, 2).half()).dtype == torch.half


def test_batches_without_an_end():
    data = list(range(4))
    sampler = DistributedSampler(data, num_replicas=1, rank=0)
    loader = IterLoader(DataLoader(data, 2, sampler=sampler))
    epochs = [(loader.epoch, next(loader).tolist()) for _ in range(5)]
    assert len(loader) == 2
    assert [epoch for epoch, _ in epochs] == [0, 0, 0, 1, 1]
    assert sampler.epoch == loader.epoch == 2
    for first, second in ((0, 1), (2, 3)):
        assert sorted(epochs[first][1] + epochs[second][1]) == data


def test_the_old_name_of_the_runner(tmp_path):
    model = nn.Linear(1, 1)
    model.train_step = lambda data, optimizer: {}
    with pytest.warns(DeprecationWarning, match='EpochBasedRunner'):
        runner = build_runner(
            dict(type='Runner', max_epochs=1),
            dict(model=model, work_dir=str(tmp_path), logger=logging.getLogger('quiet')))
    assert isinstance(runner, EpochBasedRunner)
    assert runner.max_epochs == 1


def test_who_and_when(monkeypatch):
    assert '@' in get_host_info()
    assert len(get_time_str()) == 15

    def nobody():
        raise KeyError('uid')

    monkeypatch.setattr('getpass.getuser', nobody)
    with pytest.warns(UserWarning, match='no name'):
        assert get_host_info() == ''


@pytest.mark.parametrize('seed', [lambda: set_random_seed(7), lambda: worker_init_fn(1, 2, 2, 2)])
def test_seeds(seed):
    def drawn():
        seed()
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert drawn() == drawn()
    set_random_seed(7, use_rank_shift=True)
    assert drawn()[0] == random.Random(7).random()


def test_names_of_torch():
    grids = torch_meshgrid(torch.arange(2), torch.arange(3))
    assert [tuple(grid.shape) for grid in grids] == [(2, 3), (2, 3)]
    assert grids[0][1, 0] == 1
    assert not is_rocm_pytorch() or torch.version.hip
    assert 'PyTorch' in get_build_config()
    seen = []
    torch.jit.trace(lambda x: seen.append(is_jit_tracing()) or x + 1, torch.ones(1))
    assert seen[0]
    assert not is_jit_tracing()
    assert jit(is_jit_tracing) is jit(coderize=True)(is_jit_tracing) is skip_no_elena(is_jit_tracing) is is_jit_tracing


def test_prerequisites(capsys):
    assert requires_package(['numpy', 'torch'])(lambda x: x + 1)(1) == 2
    assert requires_executable('sh')(lambda: 3)() == 3
    with pytest.raises(RuntimeError, match='no_such_package'):
        requires_package('no_such_package')(len)('a')
    assert '"no_such_package" are required in method "len"' in capsys.readouterr().out
    with pytest.raises(RuntimeError, match='b, c'):
        check_prerequisites(['a', 'b', 'c'], lambda name: name == 'a')(len)('a')


def test_comparisons(tmp_path, capsys):
    found = {'a': np.array([1, 2]), 'b': (torch.ones(2), 'x'), 'c': 1}
    assert testing.assert_dict_contains_subset(found, {'a': np.array([1, 2]), 'b': (torch.ones(2), 'x')})
    for other in ({'a': np.array([1, 3])}, {'b': (torch.zeros(2), 'x')}, {'d': 1}, {'b': (torch.ones(2),)}):
        assert not testing.assert_dict_contains_subset(found, other)
    assert testing.assert_attrs_equal(sys, {'maxsize': sys.maxsize})
    assert not testing.assert_attrs_equal(sys, {'minsize': 1})
    assert testing.assert_dict_has_keys(found, ['a', 'b'])
    assert testing.assert_keys_equal(found, ['c', 'b', 'a'])
    assert not testing.assert_keys_equal(found, ['a'])
    norm, conv = nn.BatchNorm2d(2), nn.Conv2d(2, 2, 1)
    assert [testing.assert_is_norm_layer(layer) for layer in (norm, conv)] == [True, False]
    assert not testing.assert_params_all_zeros(norm)
    nn.init.zeros_(norm.weight)
    assert testing.assert_params_all_zeros(norm)
    script = tmp_path / 'script.py'
    script.write_text('import sys\nif __name__ == "__main__": print(sys.argv[1:])')
    testing.check_python_script(f'python {script} x y')
    assert capsys.readouterr().out == "['x', 'y']\n"
