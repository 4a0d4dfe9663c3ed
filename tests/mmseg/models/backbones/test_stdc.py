"""STDC networks."""
import pytest
import torch
from torch import nn

from mmseg.models import STDCContextPathNet, STDCNet
from mmseg.models.backbones.stdc import STDCModule

NET = {'type': 'STDCNet', 'stdc_type': 'STDCNet1', 'in_channels': 3, 'channels': (4, 4, 16, 16, 16),
       'bottleneck_type': 'cat', 'norm_cfg': {'type': 'BN'}, 'act_cfg': {'type': 'ReLU'}}
PATH = {'type': 'STDCContextPathNet', 'backbone_cfg': NET, 'last_in_channels': (16, 16), 'out_channels': 8,
        'ffm_cfg': {'in_channels': 24, 'out_channels': 16}}
BORDERS = [{'type': 'CrossEntropyLoss', 'loss_name': 'loss_ce', 'use_sigmoid': True},
           {'type': 'DiceLoss', 'loss_name': 'loss_dice'}]
PLAIN_FCN = {'type': 'FCNHead', 'num_convs': 1, 'concat_input': False}
SAMPLES = {
    'stdc': {'model': {
        'backbone': PATH, 'decode_head': {**PLAIN_FCN, 'in_index': 3},
        'auxiliary_head': [
            {**PLAIN_FCN, 'in_index': 2}, {**PLAIN_FCN, 'in_index': 1},
            {'type': 'STDCHead', 'in_index': 0, 'num_classes': 2, 'num_convs': 1, 'loss_decode': BORDERS}]},
        'compiles': True},
    'net alone': {'model': {'backbone': {**NET, 'bottleneck_type': 'add', 'stdc_type': 'STDCNet2'}}},
    'bilinear': {'model': {'backbone': {**PATH, 'upsample_mode': 'bilinear', 'align_corners': True}}},
}


def net(**options):
    return STDCNet(**{**{key: value for key, value in NET.items() if key != 'type'}, **options})


def test_maps():
    path = STDCContextPathNet(**{key: value for key, value in PATH.items() if key != 'type'}).eval()
    shapes = [tuple(x.shape[1:]) for x in path(torch.zeros(1, 3, 64, 96))]
    assert shapes == [(16, 8, 12), (8, 4, 6), (8, 8, 12), (16, 8, 12)]


def test_final_convolution():
    model = net(with_final_conv=True).eval()
    assert [x.shape[1] for x in model(torch.zeros(1, 3, 64, 64))] == [16, 16, 1024] == list(model.out_channels)


@pytest.mark.parametrize('fusion', ['add', 'cat'])
@pytest.mark.parametrize('stride', [1, 2])
def test_module(fusion, stride):
    """Each convolution has half the channels of the one before, the last two the same."""
    module = STDCModule(16, 16, stride, num_convs=4, fusion_type=fusion).eval()
    widths = [m.out_channels for m in module.layers.modules() if isinstance(m, nn.Conv2d) and m.groups == 1]
    assert widths == [8, 4, 2, 2]
    assert module(torch.randn(1, 16, 9, 11)).shape == (1, 16, *((5, 6) if stride == 2 else (9, 11)))


@pytest.mark.parametrize(('options', 'message'), [
    (dict(stdc_type='STDCNet3'), "stdc_type is 'STDCNet3'; use one of STDCNet1, STDCNet2"),
    (dict(channels=(4, 8)), r'channels is \(4, 8\); give 5 numbers'),
    (dict(bottleneck_type='sum'), "fusion_type 'sum'; use at least 2, and 'add' or 'cat'"),
    (dict(num_convs=1), 'num_convs is 1'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        net(**options)


def test_bad_path():
    with pytest.raises(ValueError, match=r'last_in_channels is \(16,\); give 2 numbers'):
        STDCContextPathNet(NET, last_in_channels=(16,))
