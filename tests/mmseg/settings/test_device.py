"""Where a model runs: the caller, then the config, then a GPU where there is one, then the CPU."""

import pytest
import torch

from mmcv.config import Config
from mmseg.settings import Settings, choose_device


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize(('count', 'argument', 'configured', 'expected'), [
    (0, None, None, 'cpu'), (0, None, 'cpu', 'cpu'), (0, 'cpu', 'cuda', 'cpu'),
    (2, None, None, 'cuda'), (2, None, 'cpu', 'cpu'), (2, None, 'cuda:1', 'cuda:1'),
    (2, 'cuda:1', 'cpu', 'cuda:1'), (2, 'cpu', 'cuda', 'cpu'), (2, torch.device('cuda'), 'cpu', 'cuda'),
])
def test_who_decides(gpus, count, argument, configured, expected):
    gpus(count)
    assert choose_device(argument, configured) == torch.device(expected)


@pytest.mark.parametrize(('count', 'configured', 'expected'), [(0, 'cuda', 'cpu'), (0, 'cuda:0', 'cpu'),
                                                              (0, 'xpu', 'cpu'), (1, 'cuda:1', 'cuda')])
def test_a_config_from_a_machine_with_other_gpus(gpus, count, configured, expected):
    gpus(count)
    with pytest.warns(UserWarning, match=f"device is '{configured}' in the config, .* '{expected}' it is") as warned:
        assert Settings.of(Config({'device': configured})).device == torch.device(expected)
    assert len(warned) == 1


@pytest.mark.parametrize(('count', 'argument', 'text'), [
    (0, 'cuda:0', "device is 'cuda:0', but torch finds no such GPU here: use 'cpu'"),
    (1, 'cuda:3', "device is 'cuda:3', but torch finds no such GPU here: use 'cuda'"),
    (0, 'mps', "device is 'mps', but torch finds no such GPU here: use 'cpu'"),
    (0, 'privateuseone', "device is 'privateuseone(:0)?', but torch finds no such GPU here: use 'cpu'"),
    (0, 'gpu', "device is 'gpu': use 'cpu', 'cuda' or 'cuda:0'"),
])
def test_what_the_caller_asks_for_has_to_be_there(gpus, count, argument, text):
    gpus(count)
    with pytest.raises(ValueError, match=text):
        Settings.of(Config(), argument)
