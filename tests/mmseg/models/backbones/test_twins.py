"""The backbones of Twins."""
import pytest
import torch

from mmseg.models import PCPVT, SVT
from mmseg.models.backbones.twins import GSAEncoderLayer, LSAEncoderLayer

SIZES = {'embed_dims': (4, 8, 8, 16), 'num_heads': (1, 2, 2, 4), 'mlp_ratios': (2, 2, 2, 2)}
TINY_PCPVT = {**SIZES, 'depths': (1, 1, 2, 1)}
TINY_SVT = {**SIZES, 'depths': (2, 1, 2, 1), 'sr_ratios': (8, 4, 2, 1), 'windiow_sizes': (3, 3, 3, 3)}

SAMPLES = {
    'pcpvt': {
        'model': {
            'backbone': {'type': 'PCPVT', **TINY_PCPVT},
            'decode_head': {'type': 'SegformerHead', 'in_index': (0, 1, 2, 3)},
        },
        'compiles': True,
    },
    'svt': {
        'model': {
            'backbone': {'type': 'SVT', **TINY_SVT},
            'decode_head': {'type': 'SegformerHead', 'in_index': (0, 1, 2, 3)},
        },
        'compiles': True,
    },
    'svt of three stages': {
        'model': {
            'backbone': {
                'type': 'SVT', 'embed_dims': (4, 8, 8), 'num_heads': (1, 2, 2), 'mlp_ratios': (2, 2, 2),
                'depths': (1, 2, 1), 'windiow_sizes': (8, 4, 2), 'out_indices': (1, 2), 'qkv_bias': True,
                'drop_rate': 0.1, 'attn_drop_rate': 0.1, 'norm_after_stage': False,
            },
        },
    },
}


def test_maps_of_the_stages_asked_for():
    model = PCPVT(**TINY_PCPVT, out_indices=(1, 3, 4))
    maps = model(torch.randn(2, 3, 64, 96))
    assert [tuple(x.shape) for x in maps] == [(2, 8, 8, 12), (2, 16, 2, 3)]
    assert all(x.is_contiguous() for x in maps)
    assert (model.out_channels, model.out_strides) == ((8, 16), (8, 32))


def test_every_other_layer_attends_within_windows():
    model = SVT(**{**TINY_SVT, 'depths': (3, 1, 2, 1)}, drop_path_rate=0.6)
    kinds = [[type(layer) for layer in layers] for layers in model.layers]
    assert kinds[0] == [LSAEncoderLayer, GSAEncoderLayer, LSAEncoderLayer]
    assert kinds[1:] == [[LSAEncoderLayer], [LSAEncoderLayer, GSAEncoderLayer], [LSAEncoderLayer]]
    rates = [layer.drop_path.drop_prob for layers in model.layers for layer in layers]
    assert rates == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_norms_after_stages_feed_the_next_stage():
    """So a shift of the first stage's norm changes what the second returns."""
    model = PCPVT(**TINY_PCPVT, norm_after_stage=True).eval()
    x = torch.randn(1, 3, 64, 64)
    before = model(x)[1]
    torch.nn.init.normal_(model.norm_list[0].bias)
    assert not torch.allclose(model(x)[1], before)


def test_first_weights():
    model = PCPVT(**TINY_PCPVT)
    model.init_weights()
    projection = PCPVT().patch_embeds[3].projection
    assert model.layers[0][0].ffn.layers[1].bias.abs().max() == 0
    fresh = PCPVT(embed_dims=(64, 128, 256, 512), depths=(1, 1, 1, 1))
    fresh.init_weights()
    std = (2 / (2 * 2 * projection.out_channels))**0.5
    assert fresh.patch_embeds[3].projection.weight.std().item() == pytest.approx(std, rel=0.02)
    assert fresh.layers[3][0].ffn.layers[1].weight.std().item() == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize(('kind', 'options', 'message'), [
    (PCPVT, dict(num_heads=(1, 2)), 'PCPVT: there are 4 depths, but num_heads has 2 entries'),
    (PCPVT, dict(strides=(4,), sr_ratios=()), 'strides has 1 and sr_ratios has 0 entries'),
    (SVT, dict(windiow_sizes=(7, 7)), 'SVT: there are 3 depths, but windiow_sizes has 2 entries'),
    (SVT, dict(num_heads=(1, 3, 4)), 'num_heads is 3; it has to divide embed_dims, 128'),
])
def test_bad_arguments(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(**options)

def test_maps_lie_as_the_image_does():
    model, img = SVT(**TINY_SVT).eval(), torch.randn(1, 3, 64, 96)
    last = img.contiguous(memory_format=torch.channels_last)
    for expected, map_ in zip(model(img), model(last)):
        assert expected.is_contiguous()
        assert map_.is_contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(map_, expected, rtol=1e-4, atol=1e-5)
