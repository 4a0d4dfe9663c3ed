"""ResNeXt."""
import pytest
import torch

from mmseg.models import ResNeXt
from mmseg.models.backbones.residual_blocks import Bottleneck

SAMPLES = {
    'two groups': {'model': {'backbone': {
        'type': 'ResNeXt', 'depth': 50, 'groups': 2, 'base_width': 16, 'base_channels': 8, 'stem_channels': 8,
        'norm_cfg': {'type': 'BN'}, 'dilations': (1, 1, 2, 4), 'strides': (1, 2, 1, 1)}}},
}


def test_widths_of_32_groups_of_4_channels():
    with torch.device('meta'):
        model = ResNeXt(depth=50, groups=32, base_width=4)
    block = model.layer2[0]
    assert (block.conv1.out_channels, block.conv2.groups, block.conv3.in_channels) == (256, 32, 256)
    assert block.conv3.out_channels == 512


def test_plugins_see_the_width_in_the_middle():
    plugin = dict(cfg=dict(type='ContextBlock', ratio=0.25), position='after_conv2')
    block = Bottleneck(32, 8, groups=2, base_width=8, base_channels=8, plugins=[plugin])
    assert block.width == 16
    assert block(torch.randn(2, 32, 5, 6)).shape == (2, 32, 5, 6)


def test_depth():
    with pytest.raises(ValueError, match='depth is 18; use one of 50, 101, 152'):
        ResNeXt(depth=18)
