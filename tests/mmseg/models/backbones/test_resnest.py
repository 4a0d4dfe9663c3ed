"""ResNeSt."""
import pytest
import torch

from mmseg.models import ResNeSt
from mmseg.models.backbones.resnest import Bottleneck, RSoftmax, SplitAttentionConv2d

TINY = {'type': 'ResNeSt', 'depth': 50, 'base_channels': 4, 'stem_channels': 8}
SAMPLES = {
    'usual': {'model': {'backbone': {**TINY, 'dilations': (1, 1, 2, 4), 'strides': (1, 2, 1, 1)}}},
    'four splits': {'model': {'backbone': {
        **TINY, 'radix': 4, 'groups': 2, 'base_width': 8, 'avg_down_stride': False}}},
}


@pytest.mark.parametrize('radix', [1, 2, 3])
def test_splits_are_weighed(radix):
    module = SplitAttentionConv2d(12, 4, 3, padding=1, groups=2, radix=radix).eval()
    x = torch.randn(2, 12, 5, 7)
    splits = module.relu(module.norm0(module.conv(x))).unflatten(1, (radix, 4))  # (N, radix, channels, H, W)
    logits = module.fc2(module.norm1(module.fc1(splits.sum(1).mean((2, 3), keepdim=True))).relu())
    logits = logits.unflatten(1, (2, radix, 2)).transpose(1, 2)  # (N, radix, groups, channels of a group, 1, 1)
    weights = logits.softmax(1) if radix > 1 else logits.sigmoid()
    torch.testing.assert_close(module(x), (splits * weights.flatten(2, 3)).sum(1))


def test_weights_of_splits_add_up_to_one():
    weights = RSoftmax(3, 2)(torch.randn(4, 3 * 2 * 5, 1, 1))
    torch.testing.assert_close(weights.unflatten(1, (3, 10)).sum(1), torch.ones(4, 10))


def test_strides():
    pooled = Bottleneck(8, 4, stride=2, downsample=torch.nn.AvgPool2d(2, 2, ceil_mode=True))
    assert (pooled.conv2.conv.stride, pooled.avd_layer.stride) == ((1, 1), 2)
    strided = Bottleneck(8, 4, stride=2, avg_down_stride=False)
    assert strided.conv2.conv.stride == (2, 2)
    assert not Bottleneck(8, 4).avg_down_stride


def test_conv_cfg_and_dcn():
    with pytest.raises(ValueError, match='exclude each other'):
        SplitAttentionConv2d(4, 4, 3, conv_cfg=dict(type='Conv2d'), dcn=dict(type='DCN'))


def test_depth():
    with pytest.raises(ValueError, match='depth is 34; use one of 50, 101, 152, 200'):
        ResNeSt(depth=34)
