"""MobileNetV3."""
import pytest
import torch

from mmseg.models import MobileNetV3

SAMPLES = {
    'small': {'model': {'backbone': {'type': 'MobileNetV3', 'reduction_factor': 8}}, 'compiles': True},
    'large': {'model': {'backbone': {
        'type': 'MobileNetV3', 'arch': 'large', 'reduction_factor': 4, 'out_indices': (1, 3, 16)}}},
}


@pytest.mark.parametrize(('arch', 'expected'), [
    ('small', [(16, 32, 48), (24, 8, 12), (40, 8, 12), (576, 8, 12)]),
    ('large', [(16, 32, 48), (24, 16, 24), (80, 8, 12), (960, 8, 12)]),
])
def test_maps(arch, expected):
    out_indices = {'small': (0, 3, 4, 12), 'large': (0, 3, 7, 16)}[arch]
    model = MobileNetV3(arch, out_indices=out_indices).eval()
    maps = model(torch.zeros(1, 3, 64, 96))
    assert [tuple(x.shape[1:]) for x in maps] == expected
    assert model.out_strides == tuple(64 // x.shape[2] for x in maps)


@pytest.mark.parametrize(('arch', 'first', 'second'), [('small', 4, 9), ('large', 7, 13)])
def test_dilations(arch, first, second):
    model = MobileNetV3(arch)
    convs = [layer.conv if i in (0, len(model.layers) - 1) else layer.depthwise_conv.conv
             for i, layer in enumerate(model.children())]
    assert {conv.dilation for conv in convs[:first]} == {(1, 1)}
    assert {(conv.dilation, conv.stride) for conv in convs[first:second]} == {((2, 2), (1, 1))}
    assert {(conv.dilation, conv.stride) for conv in convs[second:]} == {((4, 4), (1, 1))}


def test_narrower():
    narrow, wide = (MobileNetV3('small', reduction_factor=factor) for factor in (2, 1))
    assert narrow.layer8.linear_conv.out_channels == wide.layer8.linear_conv.out_channels == 48
    assert narrow.layer9.linear_conv.out_channels == 48
    assert narrow.layer11.depthwise_conv.in_channels == 288


def test_frozen_stages():
    model = MobileNetV3(frozen_stages=1).train()
    frozen = {name.partition('.')[0] for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen == {'layer0', 'layer1'}
    assert not model.layer1.training
    assert model.layer2.training


@pytest.mark.parametrize(('options', 'message'), [
    (dict(arch='medium'), "arch is 'medium'; use 'small' or 'large'"),
    (dict(reduction_factor=0), 'reduction_factor is 0; use an integer of at least 1'),
    (dict(out_indices=(13,)), r'out_indices is \(13,\); use 0 to 12'),
    (dict(arch='large', frozen_stages=17), 'frozen_stages is 17; use -1 to 16'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        MobileNetV3(**options)
