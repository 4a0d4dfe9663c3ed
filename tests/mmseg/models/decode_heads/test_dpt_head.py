"""The head of DPT."""
import pytest
import torch
from torch import nn

from mmseg.models import DPTHead
from mmseg.models.decode_heads.dpt_head import FeatureFusionBlock, ReassembleBlocks

PAIRS = {'feature_maps': 'its maps come with class tokens'}
VIT = {
    'type': 'VisionTransformer', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 8, 'num_layers': 4,
    'num_heads': 2, 'mlp_ratio': 2, 'out_indices': (0, 1, 2, 3), 'output_cls_token': True,
}
HEAD = {
    'type': 'DPTHead', 'in_index': (0, 1, 2, 3), 'input_transform': 'multiple_select', 'embed_dims': 8,
    'post_process_channels': (4, 4, 6, 8), 'channels': 8,
}

SAMPLES = {
    'projected': {
        'model': {'backbone': VIT, 'decode_head': {**HEAD, 'readout_type': 'project'}},
        'compiles': True,
        'exempt': {**PAIRS, 'checkpointing': 'as above'},
    },
    'added': {
        'model': {'backbone': VIT, 'decode_head': {**HEAD, 'readout_type': 'add', 'norm_cfg': None}},
        'exempt': {**PAIRS, 'checkpointing': 'as above'},
    },
}


def pairs(number=4):
    return [(torch.randn(2, 8, 4, 6), torch.randn(2, 8)) for _ in range(number)]


def head(**options):
    return DPTHead(in_channels=[8] * 4, num_classes=5, **{
        **{key: value for key, value in HEAD.items() if key != 'type'}, **options})


def test_levels():
    levels = ReassembleBlocks(8, (4, 5, 6, 7))(pairs())
    assert [tuple(x.shape[1:]) for x in levels] == [(4, 16, 24), (5, 8, 12), (6, 4, 6), (7, 2, 3)]
    assert head()(pairs()).shape == (2, 5, 32, 48)


def test_channels_grow_with_the_levels():
    model = head(expand_channels=True, post_process_channels=(2, 2, 2, 2))
    assert model.post_process_channels == [2, 4, 8, 16]
    assert model(pairs()).shape == (2, 5, 32, 48)


@pytest.mark.parametrize('readout', ['ignore', 'add', 'project'])
def test_class_token(readout):
    model = ReassembleBlocks(8, (4, 4, 4, 4), readout).eval()
    maps = [x for x, _ in pairs()]
    levels = [model([(x, torch.full((2, 8), value)) for x in maps]) for value in (0.0, 1.0)]
    same = all(torch.equal(a, b) for a, b in zip(*levels))
    assert same == (readout == 'ignore')


def test_projection_of_the_small_map():
    block, seen = FeatureFusionBlock(4, dict(type='ReLU'), dict(type='BN'), expand=True).eval(), []
    x, level = torch.randn(1, 4, 5, 6), torch.randn(1, 4, 7, 7)
    expected = block(x.clone(), level.clone())
    assert expected.shape == (1, 2, 10, 12)
    block.project.register_forward_hook(lambda _, args, out: seen.append(tuple(out.shape[2:])))
    torch.testing.assert_close(block(x.clone(), level), expected)
    assert seen == [(10, 12)]


@pytest.mark.parametrize(('options', 'message'), [
    (dict(readout_type='concat'), "readout_type is 'concat'"),
    (dict(post_process_channels=(4, 4)), r'post_process_channels is \[4, 4\]; give those of four levels'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        head(**options)


@pytest.mark.parametrize('factored', [True, False])
def test_projects_the_small_map(factored, request):
    block, x, seen = FeatureFusionBlock(4, dict(type='ReLU'), None, factored=factored), torch.randn(1, 4, 3, 5), []
    request.addfinalizer(nn.modules.module.register_module_forward_pre_hook(
        lambda module, args: seen.append(tuple(args[0].shape[2:])) if module is block.project.conv else None).remove)
    y = block(x)
    assert seen == [(3, 5) if factored else (6, 10)]
    block.factored = not factored
    torch.testing.assert_close(y, block(x))
