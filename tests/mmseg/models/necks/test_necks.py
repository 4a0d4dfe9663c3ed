"""Necks: what comes in and what goes out; the numbers are in tests/test_zoo_parts.py."""
import pytest
import torch

from mmseg.models import FPN, JPU, Feature2Pyramid, ICNeck, MLANeck, MultiLevelNeck

FLAT = {'type': 'ResNetV1c', 'depth': 18, 'base_channels': 4, 'stem_channels': 4, 'strides': (1, 1, 1, 1),
        'dilations': (1, 1, 1, 1), 'out_indices': (3,)}
PYRAMID = {'type': 'ResNetV1c', 'depth': 18, 'base_channels': 4, 'stem_channels': 4}
PLAIN = {'type': 'VisionTransformer', 'img_size': (64, 96), 'patch_size': 8, 'embed_dims': 8, 'num_layers': 4,
         'num_heads': 2, 'out_indices': (0, 1, 2, 3), 'mlp_ratio': 2}
LAST = {'type': 'FCNHead', 'num_convs': 1, 'concat_input': False}
SAMPLES = {
    'fpn with extra levels': {'model': {
        'backbone': PYRAMID, 'neck': {'type': 'FPN', 'in_channels': [4, 8, 16, 32], 'out_channels': 8, 'num_outs': 5,
                                      'add_extra_convs': 'on_output', 'relu_before_extra_convs': True},
        'decode_head': {**LAST, 'in_channels': [8] * 5, 'in_index': (0, 1, 2, 3, 4),
                        'input_transform': 'resize_concat'}}, 'size': (96, 96)},
    'jpu': {'model': {
        'backbone': PYRAMID, 'neck': {'type': 'JPU', 'in_channels': (4, 8, 16, 32), 'mid_channels': 4, 'start_level': 1,
                                      'dilations': (1, 2)},
        'decode_head': {**LAST, 'in_channels': 8, 'in_index': 2},
        'auxiliary_head': {**LAST, 'in_channels': 16, 'in_index': 1}}},
    'multi-level': {'model': {
        'backbone': FLAT, 'neck': {'type': 'MultiLevelNeck', 'in_channels': [32], 'out_channels': 8},
        'decode_head': {'type': 'UPerHead', 'in_channels': [8] * 4, 'in_index': (3, 2, 1, 0)}}},
    'feature to pyramid': {'model': {
        'backbone': PLAIN, 'neck': {'type': 'Feature2Pyramid', 'embed_dim': 8, 'norm_cfg': {'type': 'BN'}},
        'decode_head': {'type': 'UPerHead', 'in_channels': [8] * 4, 'in_index': (0, 1, 2, 3)}}, 'odd_size': (61, 85)},
    'multi-level aggregation': {'model': {
        'backbone': PLAIN, 'neck': {'type': 'MLANeck', 'in_channels': [8] * 4, 'out_channels': 8,
                                    'norm_cfg': {'type': 'BN'}, 'act_cfg': {'type': 'ReLU'}},
        'decode_head': {**LAST, 'in_channels': [8] * 4, 'in_index': (0, 1, 2, 3),
                        'input_transform': 'resize_concat'}}, 'odd_size': (61, 85)},
    'multi-level of several maps': {'model': {
        'backbone': {**FLAT, 'out_indices': (0, 1, 2, 3)},
        'neck': {'type': 'MultiLevelNeck', 'in_channels': [4, 8, 16, 32], 'out_channels': 8,
                 'scales': [1, 1, 0.5, 0.5]},
        'decode_head': {**LAST, 'in_channels': [8] * 4, 'in_index': (0, 1, 2, 3), 'input_transform': 'resize_concat'}}},
}


def maps(*shapes):
    return [torch.randn(2, *shape) for shape in shapes]


def sizes(outputs):
    return [tuple(x.shape[1:]) for x in outputs]


class TestFPN:

    @pytest.mark.parametrize(('options', 'last'), [
        ({'num_outs': 3}, [(6, 4, 4), (6, 2, 2), (6, 1, 1)]),
        ({'num_outs': 4}, [(6, 4, 4), (6, 2, 2), (6, 1, 1), (6, 1, 1)]),
        ({'num_outs': 4, 'add_extra_convs': True}, [(6, 4, 4), (6, 2, 2), (6, 1, 1), (6, 1, 1)]),
        ({'num_outs': 2, 'start_level': 1}, [(6, 2, 2), (6, 1, 1)]),
        ({'num_outs': 2, 'end_level': 2}, [(6, 4, 4), (6, 2, 2)]),
        ({'num_outs': 3, 'upsample_cfg': {'scale_factor': 2}}, [(6, 4, 4), (6, 2, 2), (6, 1, 1)]),
    ])
    def test_levels(self, options, last):
        neck = FPN([3, 4, 5], 6, **options)
        assert sizes(neck(maps((3, 4, 4), (4, 2, 2), (5, 1, 1)))) == last

    @pytest.mark.parametrize(('add', 'on_inputs', 'channels'), [
        (True, False, 6), (True, True, 5), ('on_input', False, 5), ('on_lateral', False, 6), ('on_output', False, 6)])
    def test_where_extra_levels_come_from(self, add, on_inputs, channels):
        neck = FPN([3, 4, 5], 6, 4, add_extra_convs=add, extra_convs_on_inputs=on_inputs)
        assert neck.fpn_convs[-1].conv.in_channels == channels

    @pytest.mark.parametrize(('options', 'message'), [
        ({'num_outs': 2}, 'num_outs is 2'), ({'num_outs': 3, 'end_level': 2}, 'further levels need end_level=-1'),
        ({'num_outs': 4, 'end_level': 4}, 'end_level 4'), ({'num_outs': 3, 'add_extra_convs': 'x'}, "is 'x'; use True"),
    ])
    def test_wrong_arguments(self, options, message):
        with pytest.raises(ValueError, match=message):
            FPN([3, 4, 5], 6, **options)


@pytest.mark.parametrize(('rescales', 'out'), [
    ((4, 2, 1, 0.5), [(4, 16, 24), (4, 8, 12), (4, 4, 6), (4, 2, 3)]),
    ((2, 1, 0.5, 0.25), [(4, 8, 12), (4, 4, 6), (4, 2, 3), (4, 1, 1)]),
])
def test_feature2pyramid(rescales, out):
    neck = Feature2Pyramid(4, rescales, norm_cfg={'type': 'BN'})
    assert sizes(neck(maps(*[(4, 4, 6)] * 4))) == out


def test_icneck_joins_three_images():
    outs = ICNeck((3, 4, 5), 6)(maps((3, 16, 16), (4, 8, 8), (5, 4, 4)))
    assert sizes(outs) == [(6, 8, 8), (6, 16, 16), (6, 16, 16)]


def test_jpu_keeps_the_maps_that_auxiliary_heads_take():
    inputs = maps((3, 8, 8), (4, 4, 4), (5, 2, 2))
    outs = JPU((3, 4, 5), 6, dilations=(1, 2))(inputs)
    assert sizes(outs) == [(3, 8, 8), (4, 4, 4), (12, 8, 8)]
    assert outs[0] is inputs[0]


def test_mla_neck_adds_from_the_last_to_the_first():
    neck = MLANeck([4, 4], 3)
    inputs = maps((4, 3, 5), (4, 3, 5))
    first, _ = neck(inputs)
    torch.testing.assert_close(neck([torch.randn(2, 4, 3, 5), inputs[1]])[0], first)
    assert sizes(neck(inputs)) == [(3, 3, 5)] * 2


def test_multilevel_neck_makes_levels_of_one_map():
    assert sizes(MultiLevelNeck([4], 3)(maps((4, 4, 6)))) == [(3, 2, 3), (3, 4, 6), (3, 8, 12), (3, 16, 24)]


@pytest.mark.parametrize(('neck', 'message'), [
    (FPN([3, 4], 6, 2), 'FPN: 1 maps, but in_channels has 2'),
    (Feature2Pyramid(4, norm_cfg={'type': 'BN'}), '1 maps, but rescales has 4'),
    (ICNeck((3, 4, 5), 6), '1 maps; it takes three'),
    (JPU((3, 4)), '1 maps, but in_channels has 2'),
    (MLANeck([4, 4], 3), '1 maps, but in_channels has 2'),
    (MultiLevelNeck([4, 4], 3), '1 maps, but in_channels has 2'),
])
def test_other_numbers_of_maps(neck, message):
    with pytest.raises(ValueError, match=message):
        neck(maps((4, 2, 2)))


def test_unknown_factors():
    with pytest.raises(ValueError, match='rescales has 3; use 4, 2, 1'):
        Feature2Pyramid(4, (4, 3))
