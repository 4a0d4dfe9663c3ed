import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from mmseg.models import ASPPHead, DepthwiseSeparableASPPHead, DepthwiseSeparableFCNHead
from mmseg.models.exact import plain

SAMPLES = {
    'deeplabv3': {'model': {'decode_head': {'type': 'ASPPHead', 'dilations': (1, 2, 3)}}, 'compiles': True},
    'deeplabv3 without a dilation of 1': {'model': {'decode_head': {
        'type': 'ASPPHead', 'dilations': (2, 3), 'align_corners': True}}},
    'deeplabv3plus': {'model': {'decode_head': {
        'type': 'DepthwiseSeparableASPPHead', 'dilations': (1, 2, 3), 'c1_in_channels': 8, 'c1_channels': 6}},
        'compiles': True},
    'deeplabv3plus without detail': {'model': {'decode_head': {
        'type': 'DepthwiseSeparableASPPHead', 'dilations': (1, 2), 'c1_in_channels': 0, 'c1_channels': 0}}},
    'separable fcn': {'model': {'decode_head': {
        'type': 'DepthwiseSeparableFCNHead', 'num_convs': 2, 'concat_input': True}}},
}
OPTIONS = {'in_channels': 8, 'channels': 4, 'num_classes': 3, 'norm_cfg': {'type': 'BN'}}


def test_factoring_saves_the_pooled_image_of_the_bottleneck():
    head = ASPPHead(dilations=(1, 2, 3, 4), **OPTIONS).eval()
    x = [torch.randn(1, 8, 32, 32)]

    def flops(function):
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            function(x)
        return counter.get_total_flops()

    fast = flops(head)
    with plain(head):
        slow = flops(head)
    taken = 2 * 9 * 4 * 4 * 32 * 32  # multiplications and additions over one of the five joined maps
    assert 0.9 * taken < slow - fast <= taken


def test_the_detail_gives_the_size():
    head = DepthwiseSeparableASPPHead(c1_in_channels=6, c1_channels=5, **OPTIONS)
    assert head([torch.randn(2, 6, 17, 19), torch.randn(2, 8, 5, 6)]).shape == (2, 3, 17, 19)


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r'dilations is 6; give a list'):
        ASPPHead(dilations=6, **OPTIONS)
    with pytest.raises(ValueError, match=r'c1_in_channels is -1; give the channels'):
        DepthwiseSeparableASPPHead(c1_in_channels=-1, c1_channels=5, **OPTIONS)


def test_every_convolution_is_separable():
    head = DepthwiseSeparableFCNHead(num_convs=2, **OPTIONS)
    assert [type(conv).__name__ for conv in head.convs] == ['DepthwiseSeparableConvModule'] * 2
    assert not head.convs[0].depthwise_conv.with_activation
