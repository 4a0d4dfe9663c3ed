"""Weights of other code bases: told by their keys, converted, loaded."""
import logging
import re

import pytest
import torch

from mmcv.checkpoint import CheckpointError, load_checkpoint
from mmcv.checkpoint.layouts import ReadsLayouts, convert_layout
from mmseg.models import BACKBONES, build_backbone
from mmseg.models.layouts.vit import VIT_JAX

PYRAMID = {'num_heads': (1, 2, 2, 4), 'drop_path_rate': 0.0}
TWINS = {**PYRAMID, 'embed_dims': [4, 8, 8, 16], 'depths': (1, 2, 1, 1), 'mlp_ratios': (2, 2, 2, 2), 'qkv_bias': True}
PLAIN = {'img_size': 32, 'patch_size': 8, 'embed_dims': 8, 'num_layers': 2, 'num_heads': 2, 'mlp_ratio': 2}
SWIN = {
    'type': 'SwinTransformer', 'embed_dims': 8, 'depths': (2, 2, 1, 1), 'num_heads': (1, 2, 2, 4), 'window_size': 2,
}
CONVNEXT = {
    'type': 'ConvNeXt', 'arch': {'depths': [1, 1, 2, 1], 'channels': [4, 8, 8, 12]}, 'out_indices': [0, 3],
    'gap_before_final_norm': False,
}

# The names of others, from ours.
MLP = [(r'\.ffn\.layers\.0\.0\.', '.mlp.fc1.'), (r'\.ffn\.layers\.1\.', '.mlp.fc2.')]
BLOCKS = [*MLP, (r'^layers\.', 'blocks.'), (r'\.ln([12])\.', r'.norm\1.'), ('projection', 'proj')]
ATTENTION = [(r'\.attn\.attn\.in_proj_', '.attn.qkv.'), (r'\.attn\.attn\.out_proj\.', '.attn.proj.')]
STAGES = ['0', '1', '2.0', '2.1', '3.0', '3.1', '4.0', '4.1']
STAGES_OF_STDC2 = ['0', '1', *(f'{stage}.{i}' for stage, depth in ((2, 4), (3, 5), (4, 3)) for i in range(depth))]


def renamed(state, rules):
    for pattern, replacement in rules:
        state = {re.sub(pattern, replacement, key): value for key, value in state.items()}
    return state


def swin(state):
    found = {}
    for key, value in renamed(state, [
        *MLP, (r'\.w_msa\.', '.'), ('^stages', 'layers'), ('projection', 'proj'), (r'^norm3\.', 'norm.'),
    ]).items():
        if 'downsample' in key:  # rows of [0::2, 0::2], [1::2, 0::2], [0::2, 1::2], [1::2, 1::2]
            channels = value.shape[-1] // 4
            places = [4 * c + 2 * dy + dx for dx in (0, 1) for dy in (0, 1) for c in range(channels)]
            value = value[..., places]
        found[key] = value
    return {key: value for key, value in found.items() if not re.match(r'norm\d', key)}


def swin_of_timm(state):
    return {re.sub(r'^layers\.(\d)\.downsample', lambda m: f'layers.{int(m[1]) + 1}.downsample', key): value
            for key, value in swin(state).items() if not key.startswith('norm.')}


def split(state):
    """A query, and a key and value of twice its size."""
    found = {}
    for key, value in state.items():
        if '.attn.attn.in_proj_' in key:
            third = len(value) // 3
            found[key.replace('.attn.attn.in_proj_', '.attn.q.')] = value[:third]
            found[key.replace('.attn.attn.in_proj_', '.attn.kv.')] = value[third:]
        else:
            found[key] = value
    return found


def mit(state):
    stages = [rule for i in range(4) for rule in (
        (rf'^layers\.{i}\.0\.', f'patch_embed{i + 1}.'), (rf'^layers\.{i}\.1\.', f'block{i + 1}.'),
        (rf'^layers\.{i}\.2\.', f'norm{i + 1}.'))]
    found = renamed(split(state), [
        *stages, ('projection', 'proj'), (r'\.attn\.attn\.out_proj\.', '.attn.proj.'),
        (r'\.ffn\.layers\.0\.', '.mlp.fc1.'), (r'\.ffn\.layers\.1\.', '.mlp.dwconv.dwconv.'),
        (r'\.ffn\.layers\.4\.', '.mlp.fc2.')])
    return {key: value[..., 0, 0] if re.search(r'fc[12]\.weight', key) else value for key, value in found.items()}


def twins(state):
    return renamed(split(state), [
        *MLP, (r'^layers\.', 'blocks.'), ('projection', 'proj'), (r'\.attn\.attn\.out_proj\.', '.attn.proj.'),
        (r'\.attn\.out_proj\.', '.attn.proj.'), (r'^position_encodings\.(\d)\.proj\.', r'pos_block.\1.proj.0.')])


def stdc(stages):
    return lambda state: renamed(state, [
        *((rf'^stages\.{re.escape(place)}\.', f'features.{i}.') for i, place in enumerate(stages)),
        (r'\.downsample\.conv\.', '.avd_layer.0.'), (r'\.downsample\.bn\.', '.avd_layer.1.'),
        (r'\.layers\.', '.conv_list.')])


def jax(state):
    """Kernels (inputs, outputs); those of attention have the heads apart."""
    found = {}
    for key, value in renamed(state, [
        (r'^patch_embed\.projection\.weight', 'embedding/kernel'),
        (r'^patch_embed\.projection\.bias', 'embedding/bias'),
        ('^pos_embed$', 'Transformer/posembed_input/pos_embedding'), ('^cls_token$', 'cls'),
        (r'^ln1\.', 'Transformer/encoder_norm/'), (r'^layers\.(\d+)\.', r'Transformer/encoderblock_\1/'),
        (r'ln1\.', 'LayerNorm_0/'), (r'ln2\.', 'LayerNorm_2/'), (r'attn\.attn\.', 'MultiHeadDotProductAttention_1/'),
        (r'out_proj\.', 'out/'), (r'ffn\.layers\.0\.0\.', 'MlpBlock_3/Dense_0/'),
        (r'ffn\.layers\.1\.', 'MlpBlock_3/Dense_1/'), (r'(Norm_[02]|encoder_norm)/weight', r'\1/scale'),
        ('/weight$', '/kernel'),
    ]).items():
        if key == 'embedding/kernel':
            value = value.permute(2, 3, 1, 0)
        elif 'in_proj_' in key:
            for name, part in zip(('query', 'key', 'value'), value.chunk(3)):
                kind = 'kernel' if value.dim() == 2 else 'bias'
                place = key.replace('in_proj_weight', f'{name}/{kind}').replace('in_proj_bias', f'{name}/{kind}')
                found[place] = (part.T if value.dim() == 2 else part).unflatten(-1, (2, 4))
            continue
        elif key.endswith('/kernel'):
            value = value.T.unflatten(0, (2, 4)) if '/out/' in key else value.T
        found[key] = value
    return found


def convnext(state):
    return {key: value for key, value in renamed(state, [
        ('depthwise_conv', 'dwconv'), ('pointwise_conv', 'pwconv'), (r'^norm3\.', 'norm.'),
    ]).items() if not key.startswith('norm0')}


def convnext_of_timm(state):
    return {key: value for key, value in renamed(state, [
        (r'^downsample_layers\.0\.', 'stem.'), (r'^downsample_layers\.(\d)\.', r'stages.\1.downsample.'),
        (r'^stages\.(\d)\.(\d)', r'stages.\1.blocks.\2'), ('depthwise_conv', 'conv_dw'),
        ('pointwise_conv', 'mlp.fc'), (r'^norm3\.', 'head.norm.'),
    ]).items() if not key.startswith('norm0')}


def poolformer(state):
    found = renamed(state, [(r'^norm6\.', 'norm.')])
    return {key: value for key, value in found.items() if not key.startswith('norm0')}


def mae(state):
    return {key: value for key, value in renamed(state, BLOCKS).items()
            if 'gamma' not in key and 'relative_position' not in key}


#: {case: (backbone, what makes the official names, further official entries, the layout's name)}
CASES = {
    'swin': (SWIN, swin, ['layers.0.blocks.1.attn_mask', 'head.weight'], 'the official Swin transformer'),
    "timm's swin": (SWIN, swin_of_timm, ['head.fc.weight'], "timm's Swin transformer"),
    'mit': ({'type': 'MixVisionTransformer', **PYRAMID, 'embed_dims': 4, 'num_layers': (1, 2, 1, 1), 'mlp_ratio': 2},
            mit, ['head.bias'], 'the official mix transformer (SegFormer)'),
    'vit': ({'type': 'VisionTransformer', **PLAIN, 'final_norm': True},
            lambda state: renamed(state, [(r'^ln1\.', 'norm.'), *ATTENTION, *BLOCKS]), ['head.weight'],
            "timm's vision transformer"),
    'beit': ({'type': 'BEiT', **PLAIN}, lambda state: renamed(state, BLOCKS), ['head.weight', 'fc_norm.bias'],
             'the official BEiT'),
    'mae': ({'type': 'MAE', **PLAIN}, mae, ['mask_token', 'norm.weight'], 'the official MAE'),
    'pcpvt': ({'type': 'PCPVT', **TWINS}, twins, ['head.weight'], 'the official Twins-PCPVT'),
    'svt': ({'type': 'SVT', **TWINS, 'sr_ratios': (4, 2, 1, 1), 'windiow_sizes': (2, 2, 2, 2)}, twins, ['head.weight'],
            'the official Twins-SVT'),
    'stdc1': ({'type': 'STDCNet', 'stdc_type': 'STDCNet1', 'in_channels': 3, 'channels': (8, 8, 16, 16, 32),
               'bottleneck_type': 'cat', 'num_convs': 3, 'norm_cfg': {'type': 'BN'}, 'act_cfg': {'type': 'ReLU'}},
              stdc(STAGES), ['fc.weight', 'conv_last.conv.weight'], 'the official STDC1'),
    'stdc2': ({'type': 'STDCNet', 'stdc_type': 'STDCNet2', 'in_channels': 3, 'channels': (8, 8, 16, 16, 32),
               'bottleneck_type': 'cat', 'num_convs': 3, 'norm_cfg': {'type': 'BN'}, 'act_cfg': {'type': 'ReLU'}},
              stdc(STAGES_OF_STDC2), ['linear.weight'], 'the official STDC2'),
    'convnext': (CONVNEXT, convnext, ['head.weight'], 'the official ConvNeXt'),
    "timm's convnext": (CONVNEXT, convnext_of_timm, ['head.fc.weight'], "timm's ConvNeXt"),
    'poolformer': ({'type': 'PoolFormer', 'arch': {'layers': [1, 1, 1, 1], 'embed_dims': [4, 8, 12, 16]},
                    'out_indices': (0, 6)}, poolformer, ['head.weight'], 'the official PoolFormer'),
}


def fabricate(name):
    """A backbone with noise for weights, and these as the official code base has them."""
    cfg, make, further, _ = CASES[name]
    torch.manual_seed(0)
    model = build_backbone(dict(cfg))
    state = {key: torch.randn_like(value) if value.is_floating_point() else value
             for key, value in model.state_dict().items()}
    model.load_state_dict(state)
    return model, {**make(state), **{key: torch.randn(3) for key in further}}


@pytest.fixture
def messages():
    """What the logger 'mmcv' says, which gives nothing to others."""
    found = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())
    logger = logging.getLogger('mmcv')
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)  # an earlier test may have asked for less
    yield found
    logger.setLevel(level)
    logger.removeHandler(handler)


#: What nobody publishes: norms of stages, but for that of the last one, and what a masked autoencoder has not.
LACKING = {
    'swin': r'^norm\d', "timm's swin": r'^norm\d', 'mae': 'gamma|relative_position', 'convnext': '^norm0',
    "timm's convnext": '^norm0', 'poolformer': '^norm0',
}


@pytest.mark.parametrize('wrap', [lambda state: state, lambda state: {'model': state, 'epoch': 3},
                                  lambda state: {'state_dict': {f'module.{key}': v for key, v in state.items()}}])
@pytest.mark.parametrize('name', CASES)
def test_a_config_takes_the_file_as_it_is(name, wrap, tmp_path, messages):
    expected, official = fabricate(name)
    torch.save(wrap(official), tmp_path / 'official.pth')
    model = build_backbone({**CASES[name][0], 'init_cfg': {
        'type': 'Pretrained', 'checkpoint': str(tmp_path / 'official.pth')}})
    model.init_weights()
    for key, value in expected.state_dict().items():
        if not re.search(LACKING.get(name, '$^'), key):
            assert torch.equal(model.state_dict()[key], value), key
    [said] = [message for message in messages if 'converted' in message]
    assert said.endswith(f'official.pth: weights as {CASES[name][3]} has them, converted')


@pytest.mark.parametrize('name', CASES)
def test_our_own_weights_are_left_alone(name):
    model, official = fabricate(name)
    assert isinstance(model, ReadsLayouts)
    assert convert_layout(model.state_dict(), model.weight_layouts) is None
    assert convert_layout(official, model.weight_layouts)[0].name == CASES[name][3]


def test_prefix_of_a_file_that_has_none(tmp_path, messages):
    """The configs of ConvNeXt and PoolFormer load below ``backbone.``, where mmcls has them."""
    expected, official = fabricate('convnext')
    torch.save({'model': official}, tmp_path / 'official.pth')
    torch.save({'state_dict': {f'backbone.{key}': value for key, value in expected.state_dict().items()}},
               tmp_path / 'ours.pth')
    torch.save({'state_dict': {'a.weight': torch.zeros(1)}}, tmp_path / 'strange.pth')
    for name in ('official', 'ours', 'strange'):
        init_cfg = {'type': 'Pretrained', 'checkpoint': str(tmp_path / f'{name}.pth'), 'prefix': 'backbone.'}
        model = build_backbone({**CONVNEXT, 'init_cfg': init_cfg})
        if name == 'strange':
            with pytest.raises(CheckpointError, match=r"strange.pth: no key begins with 'backbone\.'"):
                model.init_weights()
        else:
            model.init_weights()
            assert torch.equal(model.stages[2][1].gamma, expected.stages[2][1].gamma)
    assert len([message for message in messages if 'converted' in message]) == 1


def test_positions_of_another_size(tmp_path):
    """Conversion comes before resizing."""
    _, official = fabricate('vit')
    torch.save(official, tmp_path / 'official.pth')
    model = build_backbone({**CASES['vit'][0], 'img_size': 64, 'pretrained': str(tmp_path / 'official.pth')})
    model.init_weights()
    assert model.pos_embed.shape == (1, 65, 8)
    assert torch.equal(model.pos_embed[:, 0], official['pos_embed'][:, 0])


def test_of_another_architecture(tmp_path):
    _, official = fabricate('vit')
    torch.save(official, tmp_path / 'vit.pth')
    with pytest.raises(CheckpointError, match='of its 31 keys none fit the SwinTransformer'):
        load_checkpoint(build_backbone(CASES['swin'][0]), tmp_path / 'vit.pth')


def test_arrays_of_jax():
    model, _ = fabricate('vit')
    state = model.state_dict()
    layout, converted = convert_layout({**jax(state), 'head/kernel': torch.zeros(3)}, [VIT_JAX])
    assert layout is VIT_JAX
    assert converted.keys() == state.keys()
    assert all(torch.equal(converted[key], value) for key, value in state.items())


def test_every_backbone_with_layouts_is_tried():
    reads = {cls for cls in BACKBONES.module_dict.values()
             if isinstance(cls, ReadsLayouts) and cls.__module__.startswith('mmseg.')}
    assert reads == {BACKBONES.get(cfg['type']) for cfg, *_ in CASES.values()}
