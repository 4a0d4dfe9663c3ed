"""Folding batch norm into convolutions."""

import pytest
import torch
from torch import nn

from mmcv.cnn import ConvModule, fuse_conv_bn


class NormAct(nn.BatchNorm2d):
    """As timm's BatchNormAct2d."""

    def __init__(self, channels):
        super().__init__(channels)
        self.drop, self.act = nn.Identity(), nn.LeakyReLU(0.3)

    def forward(self, x):
        return self.act(self.drop(super().forward(x)))


class Doubling(nn.BatchNorm2d):
    def forward(self, x):
        return 2 * super().forward(x)


def shaken(module):
    """Norms that do something."""
    for m in module.modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.uniform_(m.running_mean, -1, 1)
            nn.init.uniform_(m.running_var, 0.5, 2)
            if m.affine:
                nn.init.uniform_(m.weight, 0.5, 2)
                nn.init.uniform_(m.bias, -1, 1)
    return module.double().eval()


def norms(module):
    return sum(isinstance(m, nn.BatchNorm2d) for m in module.modules())


@pytest.mark.parametrize(
    ('module', 'left'),
    [
        (nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU()), 0),
        (nn.Sequential(nn.Conv2d(4, 6, 3, groups=2), nn.BatchNorm2d(6, affine=False)), 0),
        (nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.BatchNorm2d(6)), 1),
        (nn.Sequential(nn.Conv2d(4, 6, 3), NormAct(6)), 0),
        (nn.Sequential(nn.Conv2d(4, 6, 3), Doubling(6)), 1),
        (nn.Sequential(nn.Conv2d(4, 6, 3), nn.SyncBatchNorm(6)), 0),
        (ConvModule(4, 6, 3, conv_cfg=dict(type='ConvWS'), norm_cfg=dict(type='BN')), 1),
        (ConvModule(4, 6, 3, conv_cfg=dict(type='ConvAWS'), norm_cfg=dict(type='BN')), 1),
        (ConvModule(4, 6, 3, 2, conv_cfg=dict(type='Conv2dAdaptivePadding'), norm_cfg=dict(type='BN')), 0),
        (nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 6, 3)), 1),
        (nn.Sequential(nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6)), nn.BatchNorm2d(6)), 1),
        (nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.BatchNorm2d(6)), 1),
        (ConvModule(4, 6, 3, norm_cfg={'type': 'BN'}), 0),
        (ConvModule(4, 4, 3, norm_cfg={'type': 'BN'}, order=('norm', 'conv', 'act')), 1),
        (ConvModule(4, 6, 3, norm_cfg={'type': 'BN'}, order=('conv', 'act', 'norm')), 1),
        (ConvModule(4, 6, 3, norm_cfg={'type': 'BN'}, order=('act', 'conv', 'norm')), 0),
        (ConvModule(4, 6, 3, norm_cfg={'type': 'BN'}, with_spectral_norm=True), 1),
    ],
)
def test_same_output_and_what_is_left(module, left):
    module, x = shaken(module), torch.randn(2, 4, 7, 7, dtype=torch.float64)
    with torch.no_grad():
        expected = module(x.clone())
        assert fuse_conv_bn(module) is module
        torch.testing.assert_close(module(x.clone()), expected)
    assert norms(module) == left


def test_norm_of_batch_statistics_is_left():
    module = nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6, track_running_stats=False))
    assert norms(fuse_conv_bn(module)) == 1


@pytest.mark.parametrize('name', ['tf_efficientnet_lite0', 'regnety_002', 'mobilenetv3_small_050'])
def test_networks_of_timm_stay_the_same(name):
    timm = pytest.importorskip('timm')
    module, x = shaken(timm.create_model(name)), torch.randn(1, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        expected = module(x.clone())
        torch.testing.assert_close(fuse_conv_bn(module)(x.clone()), expected)
    assert norms(module) == 0
