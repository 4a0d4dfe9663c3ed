"""The GPU that a model goes to, and its wrapper."""

import pytest
import torch

from mmcv.config import Config
from mmseg.assembly.device import wrap_for_device
from mmseg.settings import Settings


class Moved(torch.nn.Linear):
    """A model that notes where it is sent."""

    def to(self, device):
        self.sent_to = device
        return self


@pytest.fixture
def wrapped(gpus, monkeypatch):
    """Where a model went that was wrapped under these keys, on a machine with four GPUs."""
    gpus(4)
    monkeypatch.setattr('torch.cuda.current_device', lambda: 2)
    monkeypatch.setattr('mmseg.assembly.device.MMDataParallel', lambda model, device_ids: (model, device_ids))

    def wrap(keys, argument=None):
        model, ids = wrap_for_device(Moved(1, 1), Settings.of(Config(keys), argument), distributed=False)
        return str(model.sent_to), ids

    return wrap


@pytest.mark.parametrize(('keys', 'argument', 'device', 'ids'), [
    ({}, None, 'cuda:0', [0]), ({'device': 'cpu'}, None, 'cpu', None), ({'gpu_ids': [3]}, None, 'cuda:3', [3]),
    ({'device': 'cuda:1', 'gpu_ids': [3]}, None, 'cuda:1', [1]), ({'gpu_ids': [3]}, 'cuda:2', 'cuda:2', [2]),
    ({}, 'cpu', 'cpu', None),
])
def test_a_single_process(wrapped, keys, argument, device, ids):
    assert wrapped(keys, argument) == (device, ids)


def test_a_process_of_a_group_has_the_gpu_that_it_joined_with(wrapped, monkeypatch):
    monkeypatch.setattr('mmcv.dist.is_distributed', lambda: True)
    assert wrapped({'gpu_ids': [0, 1, 2, 3]}) == ('cuda:2', [2])
    assert wrapped({'device': 'cpu'}) == ('cpu', None)
