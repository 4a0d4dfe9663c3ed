"""PoolFormer."""
import pytest
import torch
import torch.nn.functional as F

from mmseg.models import PoolFormer
from mmseg.models.backbones.poolformer import PoolFormerBlock

TINY = {
    'type': 'PoolFormer',
    'arch': {'layers': [1, 2, 1, 1], 'embed_dims': [4, 8, 8, 12], 'mlp_ratios': [2] * 4, 'layer_scale_init_value': 1.0},
}

SAMPLES = {
    'fpn': {
        'model': {
            'backbone': {**TINY, 'out_indices': (0, 2, 3, 5), 'drop_path_rate': 0.2},
            'neck': {'type': 'FPN', 'in_channels': [4, 8, 8, 12], 'out_channels': 8, 'num_outs': 4},
            'decode_head': {
                'type': 'FPNHead', 'in_channels': [8] * 4, 'in_index': [0, 1, 2, 3], 'feature_strides': [4, 8, 16, 32],
            },
        },
        'compiles': True,
    },
    'last stage': {
        'model': {
            'backbone': {
                **TINY, 'type': 'mmcls.PoolFormer', 'pool_size': 5, 'drop_rate': 0.1, 'frozen_stages': -1,
                'norm_cfg': {'type': 'BN'}, 'act_cfg': {'type': 'ReLU'}, 'in_patch_size': 3, 'in_stride': 2,
                'in_pad': 1,
            },
        },
    },
}


def tiny(**options):
    return PoolFormer(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


@pytest.mark.parametrize(('arch', 'millions'), [
    ('s12', 11.9), ('s24', 21.4), ('s36', 30.9), ('m36', 56.2), ('m48', 73.5)])
def test_architectures(arch, millions):
    """As table 2 of the paper has them, with a classifier of 1000 classes."""
    with torch.device('meta'):
        model = PoolFormer(arch)
    classifier = 1000 * (model.out_channels[-1] + 1)
    assert (sum(p.numel() for p in model.parameters()) + classifier) / 1e6 == pytest.approx(millions, abs=0.1)


@pytest.mark.parametrize('scaled_weights', [True, False])
def test_block_by_its_formula(scaled_weights):
    torch.manual_seed(0)
    block = PoolFormerBlock(4)
    block.scaled_weights = scaled_weights
    for p in block.parameters():
        torch.nn.init.normal_(p)
    x = torch.randn(2, 4, 9, 10)
    first, second = (scale[:, None, None] for scale in (block.layer_scale_1, block.layer_scale_2))
    y = block.norm1(x)
    y = x + first * (F.avg_pool2d(y, 3, 1, 1, count_include_pad=False) - y)
    expected = y + second * block.mlp.fc2(F.gelu(block.mlp.fc1(block.norm2(y))))
    torch.testing.assert_close(block(x), expected, rtol=1e-4, atol=1e-4)


def test_the_same_map_everywhere_is_mixed_to_nothing():
    block = PoolFormerBlock(4, norm_cfg=dict(type='BN'), layer_scale_init_value=1.0).eval()
    torch.nn.init.zeros_(block.layer_scale_2)
    x = torch.randn(2, 4, 1, 1).expand(-1, -1, 5, 6)
    torch.testing.assert_close(block(x), x)


def test_stem_is_frozen_unless_told_otherwise():
    def frozen(**options):
        return {name.partition('.')[0] + '.' + name.split('.')[1]
                for name, p in tiny(out_indices=(0, 2), **options).named_parameters() if not p.requires_grad}

    assert frozen() == {'patch_embed.proj'}
    assert frozen(frozen_stages=-1) == set()
    assert frozen(frozen_stages=2) == {'patch_embed.proj', 'network.0', 'norm0.weight', 'norm0.bias', 'network.1'}


@pytest.mark.parametrize('out_indices', [-1, [-1], (5,)])
def test_parts_are_counted(out_indices):
    """Stages of one width have no reduction between them."""
    model = tiny(out_indices=out_indices)
    assert (model.out_channels, model.out_strides) == ((12,), (16,))
    assert model(torch.randn(1, 3, 64, 96))[0].shape == (1, 12, 4, 6)


def test_architectures_of_a_subclass():
    class Own(PoolFormer):
        arch_settings = {'own': {'layers': [1, 1], 'embed_dims': [4, 8]}}

    assert Own('own').out_channels == (8,)


@pytest.mark.parametrize(('options', 'message'), [
    (dict(arch='s11'), "PoolFormer: arch is 's11'; choose from s12, s24"),
    (dict(arch={'layers': [1]}), 'PoolFormer: arch needs embed_dims'),
    (dict(out_indices=-7), 'PoolFormer: out_indices has -7; it may have 0 to 5, or -6 to -1'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)
