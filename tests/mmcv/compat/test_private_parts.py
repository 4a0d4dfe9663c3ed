"""Private parts of mmcv 1.x that projects import all the same."""

import sys
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from mmcv.checkpoint import CheckpointError, is_module_wrapper
from mmcv.cnn.utils.weight_init import update_init_info
from mmcv.image.colorspace import _convert_input_type_range, _convert_output_type_range
from mmcv.parallel import MODULE_WRAPPERS
from mmcv.parallel._functions import Scatter, get_input_device, scatter
from mmcv.runner.checkpoint import _get_mmcv_home, get_deprecated_model_names, get_external_models, load_from_pavi
from mmcv.utils import Registry
from mmcv.utils.ext_loader import check_ops_exist


def test_scatter_to_the_cpu():
    first, second = torch.zeros(1, 3), torch.ones(2)
    assert scatter(first, [-1]) is first
    assert scatter([first, [second]], [-1]) == [first, [second]]
    assert Scatter.forward([-1], first) == (first,)
    assert Scatter.forward([-1], [first, second]) == (first, second)
    assert get_input_device([first, [second]]) == -1
    for function in (get_input_device, lambda value: scatter(value, [-1])):
        with pytest.raises(ValueError, match='a int is neither a tensor'):
            function(5)


def test_notes_of_what_filled_a_parameter():
    model = nn.Linear(2, 2)
    update_init_info(model, 'of a module that keeps no notes')
    notes = model._params_init_info = defaultdict(dict)
    for parameter in model.parameters():
        notes[parameter].update(init_info='before', tmp_mean_value=parameter.detach().mean())
    nn.init.ones_(model.weight)
    update_init_info(model, 'filled')
    assert [notes[parameter]['init_info'] for parameter in model.parameters()] == ['filled', 'before']
    assert notes[model.weight]['tmp_mean_value'] == 1
    model.bias = nn.Parameter(torch.ones(2))
    with pytest.raises(ValueError, match=r'Linear\.bias is not in _params_init_info'):
        update_init_info(model, 'more')


def test_ranges_of_colours():
    img = np.array([[[0, 51, 255]]], np.uint8)
    units = _convert_input_type_range(img)
    np.testing.assert_allclose(units, [[[0, 0.2, 1]]], rtol=1e-6)
    assert (_convert_output_type_range(units * 255, np.uint8) == img).all()
    assert _convert_output_type_range(units * 255, np.float32).dtype == np.float32
    for convert in (lambda: _convert_input_type_range(img.astype(int)), lambda: _convert_output_type_range(units, int)):
        with pytest.raises(ValueError, match='not of int64'):
            convert()


def test_published_weights(monkeypatch, tmp_path):
    monkeypatch.setenv('MMCV_HOME', str(tmp_path / 'home'))
    assert _get_mmcv_home() == str(tmp_path / 'home')
    assert (tmp_path / 'home').is_dir()
    monkeypatch.setenv('MMCV_HOME', f'{tmp_path}/home/')
    assert _get_mmcv_home() == f'{tmp_path}/home/'
    models, old = get_external_models(), get_deprecated_model_names()
    assert models['resnet50_v1c'].startswith('https://')
    assert old
    assert set(old.values()) <= set(models)
    assert check_ops_exist()


def test_weights_that_pavi_fetches(monkeypatch, tmp_path):
    with pytest.raises(CheckpointError, match='begins with pavi://'):
        load_from_pavi('a.pth')
    with pytest.raises(CheckpointError, match='pavi is not installed'):
        load_from_pavi('pavi://a.pth')
    model = SimpleNamespace(name='a.pth', download=lambda path: torch.save({'a': 1}, path))
    cloud = SimpleNamespace(get={'folder/a.pth': model}.get)
    monkeypatch.setitem(sys.modules, 'pavi', SimpleNamespace(modelcloud=cloud))
    assert load_from_pavi('pavi://folder/a.pth') == {'a': 1}


def test_wrappers_of_any_kind_and_of_a_projects_registry():
    class Shell:
        def __init__(self, module):
            self.module = module

    wrappers = Registry('wrappers of a project', parent=MODULE_WRAPPERS, scope='project')
    try:
        assert not is_module_wrapper(Shell(nn.ReLU()))
        wrappers.register_module(module=Shell)
        assert is_module_wrapper(Shell(nn.ReLU()))
    finally:
        del MODULE_WRAPPERS.children['project']
