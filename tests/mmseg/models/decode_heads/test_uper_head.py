import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from mmseg.models import FPNHead, LRASPPHead, UPerHead
from mmseg.models.exact import plain

LEVELS = {'in_index': (0, 1, 2, 3)}
PYRAMID = {'type': 'ResNetV1c', 'depth': 18, 'base_channels': 4, 'stem_channels': 4}
SAMPLES = {
    'upernet': {'model': {'backbone': PYRAMID, 'decode_head': {'type': 'UPerHead', **LEVELS}}, 'compiles': True},
    'upernet with corners': {'model': {
        'backbone': PYRAMID,
        'decode_head': {'type': 'UPerHead', 'align_corners': True, 'pool_scales': (1, 3), **LEVELS}}},
    'semantic fpn': {'model': {
        'backbone': PYRAMID, 'neck': {'type': 'FPN', 'in_channels': [4, 8, 16, 32], 'out_channels': 8, 'num_outs': 4},
        'decode_head': {'type': 'FPNHead', 'in_channels': [8] * 4, 'feature_strides': [4, 8, 16, 32], **LEVELS}},
        'compiles': True},
    'lraspp': {'model': {
        'backbone': {**PYRAMID, 'strides': (1, 1, 1, 1)},
        'decode_head': {'type': 'LRASPPHead', 'in_index': (1, 2, 3), 'input_transform': 'multiple_select',
                        'branch_channels': (4, 6)}},
        'size': (208, 200), 'odd_size': (203, 213)},  # its window pools 49 x 49 cells
}
OPTIONS = {'channels': 8, 'num_classes': 3, 'norm_cfg': {'type': 'BN'}}


def maps(*channels, size=32):
    return [torch.randn(1, width, size >> i, size >> i) for i, width in enumerate(channels)]


def test_factoring_saves_work_of_upernet():
    head = UPerHead(in_channels=[8, 8, 8, 8], in_index=(0, 1, 2, 3), **{**OPTIONS, 'channels': 64}).eval()

    def flops():
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            head(maps(8, 8, 8, 8))
        return counter.get_total_flops()

    fast = flops()
    with plain(head):
        assert fast < 0.75 * flops()


def test_levels_are_as_large_as_the_first():
    head = FPNHead(in_channels=[4, 5, 6], in_index=[0, 1, 2], feature_strides=[4, 8, 16], **OPTIONS)
    assert head(maps(4, 5, 6)).shape == (1, 3, 32, 32)
    assert [len(level) for level in head.scale_heads] == [1, 2, 4]


@pytest.mark.parametrize(('kind', 'options', 'message'), [
    (FPNHead, {'feature_strides': [4]}, 'give one for each of the 2 inputs'),
    (FPNHead, {'feature_strides': [8, 4]}, 'the first must be the smallest'),
    (LRASPPHead, {'input_transform': 'multiple_select', 'branch_channels': (1, 2)}, 'give 1, one per input'),
    (LRASPPHead, {'input_transform': 'resize_concat'}, "use 'multiple_select'"),
])
def test_wrong_arguments(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(in_channels=[4, 4], in_index=[0, 1], **options, **OPTIONS)
