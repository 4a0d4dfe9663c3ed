"""A small PSPNet of CamVid, without and with the fast preset, and a machine with GPUs."""

import pytest

from mmseg.assembly.load import load_config

SMALL = {
    'device': 'cpu', 'model.backbone.base_channels': 8, 'model.backbone.stem_channels': 8,
    'model.decode_head.in_channels': 64, 'model.decode_head.channels': 16, 'model.auxiliary_head.in_channels': 32,
    'model.auxiliary_head.channels': 8, 'model.decode_head.dropout_ratio': 0.0,
    'model.auxiliary_head.dropout_ratio': 0.0}
FAST = "_base_ = ['../pspnet/pspnet_r18-d8_360x480_20k_camvid.py', '../_base_/fast.py']"


DEMO = """
_base_ = {base!r}
model = dict(
    backbone=dict(base_channels=8, stem_channels=8),
    decode_head=dict(in_channels=64, channels=8), auxiliary_head=dict(in_channels=32, channels=8))
few = dict(data_root={root!r}, num_scenes=(4, 2), height=48)
data = dict(samples_per_gpu=2, workers_per_gpu=0, train=few, val=few, test=few)
device = 'cpu'
"""


@pytest.fixture(scope='session')
def demo_config(request, tmp_path_factory):
    """Path of a config: a narrow PSPNet, and a few small demo scenes with files of their own."""
    folder = tmp_path_factory.mktemp('demo')
    path = folder / 'narrow.py'
    path.write_text(DEMO.format(
        base=str(request.config.rootpath / 'configs/pspnet/pspnet_r18-d8_demo.py'), root=str(folder / 'scenes')))
    return path


@pytest.fixture
def cfg():
    return load_config('pspnet_r18-d8_360x480_20k_camvid', SMALL)


@pytest.fixture
def fast_cfg(tmp_path, request):
    configs = request.config.rootpath / 'configs'
    path = tmp_path / 'fast.py'
    path.write_text(FAST.replace('..', str(configs)))
    return load_config(str(path), SMALL)


@pytest.fixture
def gpus(monkeypatch):
    """``gpus(count)``: torch says that there are so many."""

    def have(count):
        monkeypatch.setattr('torch.cuda.is_available', lambda: count > 0)
        monkeypatch.setattr('torch.cuda.device_count', lambda: count)

    return have
