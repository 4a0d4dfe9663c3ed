"""What the shares of the machine's best are taken of."""

import torch

from mmcv.amp import native_half
from mmcv.config import Config
from mmseg.benchmark import describe_machine
from mmseg.benchmark.precision import backends, precision_of


def test_the_machine_is_described():
    machine = describe_machine('cpu')
    assert machine['device']
    assert set(machine['matmul_flops_per_s']) == {'float32', native_half('cpu')} - {None}
    assert min(machine['matmul_flops_per_s'].values()) > 1e8
    assert machine['copy_bytes_per_s'] > 1e7


def test_precision_of_a_config(monkeypatch, gpus):
    gpus(1)
    assert precision_of(Config(dict(device='cpu', tf32=True))) == 'float32'  # of GPUs only
    assert precision_of(Config(dict(device='cuda', tf32=True))) == 'tf32'
    assert precision_of(Config(dict(device='cpu', amp=True))) == 'bfloat16'
    monkeypatch.setattr('mmseg.assembly.fastest.native_half', {'cuda': 'float16'}.get)
    assert precision_of(Config(dict(device='cuda', tf32=True, amp=dict(dtype='auto')))) == 'float16'


def test_switches_are_as_before_afterwards():
    def switches():
        return (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark)

    before = switches()
    with backends(Config(dict(tf32=True))):
        assert switches() == ('high', True, True)
    with backends(Config({})):
        assert switches() == ('highest', False, True)
    assert switches() == before
