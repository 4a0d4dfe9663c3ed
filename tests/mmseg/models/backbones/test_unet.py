"""U-Net."""
import pytest
import torch

from mmcv.cnn import build_upsample_layer
from mmseg.models import UNet

DIVISIBLE = {'odd_sizes': 'both sides of the image have to be divisible by 16'}
TWO_MAPS = {'type': 'FCNHead', 'in_channels': (16, 8), 'in_index': (3, 4), 'input_transform': 'resize_concat'}
DECONV = {'type': 'DeconvModule'}

SAMPLES = {
    'interpolation': {
        'model': {
            'backbone': {'type': 'UNet', 'base_channels': 8},
            'decode_head': {'type': 'PSPHead', 'in_index': 4},
            'auxiliary_head': {'type': 'FCNHead', 'in_index': 3},
        },
        'compiles': True,
        'exempt': DIVISIBLE,
    },
    'deconvolution': {
        'model': {
            'backbone': {'type': 'UNet', 'base_channels': 8, 'upsample_cfg': DECONV},
            'decode_head': TWO_MAPS,
        },
        'exempt': DIVISIBLE,
    },
}


def three_stages(**options):
    lengths = {'strides': (1,) * 3, 'enc_num_convs': (2,) * 3, 'dec_num_convs': (2,) * 2, 'downsamples': (True,) * 2}
    lengths.update(enc_dilations=(1,) * 3, dec_dilations=(1,) * 2)
    return UNet(num_stages=3, base_channels=4, **{**lengths, **options})


def test_maps_go_from_small_to_large():
    maps = UNet(base_channels=4)(torch.randn(1, 3, 32, 48))
    assert [tuple(m.shape) for m in maps] == [(1, 64 >> i, 2 << i, 3 << i) for i in range(5)]


def test_stage_without_downsampling():
    maps = three_stages(downsamples=(True, False))(torch.randn(1, 3, 8, 8))
    assert [m.shape[-1] for m in maps] == [4, 4, 8]
    maps = three_stages(strides=(1, 2, 1), downsamples=(False, True))(torch.randn(1, 3, 8, 8))
    assert [m.shape[-1] for m in maps] == [2, 4, 8]


def test_image_must_be_divisible():
    with pytest.raises(ValueError, match=r'the image is 36x33, .* divisible by 4'):
        three_stages()(torch.randn(1, 3, 36, 33))


@pytest.mark.parametrize('upsample', ['InterpConv', 'DeconvModule'])
def test_checkpointing_gives_the_same_gradients(upsample):
    img = torch.randn(2, 3, 16, 16, dtype=torch.float64)
    plain = three_stages(upsample_cfg={'type': upsample}).double()
    saving = three_stages(upsample_cfg={'type': upsample}, with_cp=True).double()
    saving.load_state_dict(plain.state_dict())
    gradients = []
    for model in (plain, saving):
        model(img)[-1].square().sum().backward()
        gradients.append([p.grad for p in model.parameters()])
    for one, other in zip(*gradients):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize('first', [True, False])
def test_interpolation_before_or_after_the_convolution(first):
    layer = build_upsample_layer({'type': 'InterpConv', 'conv_first': first}, 3, 5)
    assert layer(torch.randn(2, 3, 4, 6)).shape == (2, 5, 8, 12)
    assert 'conv.weight' in layer.interp_upsample[0 if first else 1].state_dict()


def test_deconvolution():
    layer = build_upsample_layer({'type': 'DeconvModule', 'kernel_size': 6, 'scale_factor': 4}, 3, 5)
    assert layer(torch.randn(2, 3, 4, 6)).shape == (2, 5, 16, 24)
    with pytest.raises(ValueError, match='kernel_size 3 must exceed scale_factor 2 by an even number'):
        build_upsample_layer({'type': 'DeconvModule', 'kernel_size': 3}, 3, 5)


def test_norm_eval():
    assert not three_stages(norm_eval=True).train().encoder[0][0].convs[0].bn.training


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'strides': (1, 1)}, r'strides is \(1, 1\); with this num_stages it needs 3 values'),
        ({'dec_num_convs': (1,) * 3}, 'dec_num_convs .* needs 2 values'),
        ({'dcn': {'type': 'DCN'}}, 'neither dcn nor plugins'),
    ],
)
def test_mistakes(options, message):
    with pytest.raises(ValueError, match=message):
        three_stages(**options)
