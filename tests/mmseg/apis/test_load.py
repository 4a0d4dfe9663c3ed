"""A model for inference out of a config."""

import pytest

from mmcv.ops.choice import Choice
from mmcv.utils import ConfigError
from mmseg.apis import init_segmentor, load_model


@pytest.mark.parametrize('load', [load_model, init_segmentor])
def test_its_own_device_wins(fast_cfg, monkeypatch, load):
    monkeypatch.setattr('mmseg.assembly.fastest.native_half', {'cuda': 'float16'}.get)
    monkeypatch.setattr('mmseg.assembly.fastest.fastest', lambda work, allowed, default: Choice(default, 'of the test'))
    fast_cfg.device = 'cuda'  # of training
    model = load(fast_cfg, device='cpu')
    assert not model.fp16_enabled
    assert not model.training
    assert fast_cfg.device == 'cuda'
    assert model.cfg.device == 'cpu'


def test_without_one_the_config_decides(cfg, gpus):
    gpus(1)
    assert load_model(cfg).cfg.device == 'cpu'


@pytest.mark.parametrize('load', [load_model, init_segmentor])
def test_configs_that_come_from_code_are_checked_too(cfg, load):
    cfg.channels_last = 'no'
    with pytest.raises(ConfigError, match="channels_last is 'no': use True, False or 'auto'"):
        load(cfg)


def test_a_gpu_that_is_not_there_is_one_line(cfg, gpus):
    gpus(0)
    with pytest.raises(ValueError, match="device is 'cuda:0', but torch finds no such GPU here: use 'cpu'"):
        load_model(cfg, device='cuda:0')
