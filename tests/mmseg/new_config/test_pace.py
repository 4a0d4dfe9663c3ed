"""Crops and batches on a machine without a GPU."""

import pytest
import torch

from mmseg.new_config import pace
from mmseg.new_config.model import find_model
from mmseg.new_config.pace import Pace, pace_for_here


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


@pytest.mark.parametrize('model', ['segformer_mit-b0', 'upernet_swin_tiny', 'pointrend_r50', 'ccnet_r50', 'fcn_hr18'])
def test_other_networks_can_be_counted(model):
    assert pace_for_here(find_model(model), Pace((512, 512), 8), False).batch < 8
