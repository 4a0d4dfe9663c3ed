"""Backbones of timm: our side with a stand-in for it, and, where it is installed, the real one."""
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from mmseg.models import build_backbone
from mmseg.models.backbones.timm_backbone import TIMMBackbone

HAS_TIMM = find_spec('timm') is not None
SHARED_TESTS = re.findall(r'^def test_(\w+)\((?:name|model)\b', (
    Path(__file__).parents[1] / 'test_all_models.py').read_text(), re.M)
EXEMPT = {} if HAS_TIMM else dict.fromkeys(SHARED_TESTS, 'timm is not installed')

SAMPLES = {
    'stages': {
        'model': {
            'backbone': {'type': 'TIMMBackbone', 'model_name': 'test_resnet', 'pretrained': False},
            'decode_head': {'type': 'FCNHead', 'in_channels': 96},
        },
        'exempt': EXEMPT,
    },
    'layers': {
        'model': {
            'backbone': {
                'type': 'TIMMBackbone', 'model_name': 'test_vit', 'pretrained': False, 'out_indices': (1, 4),
            },
            'decode_head': {'type': 'SegformerHead', 'in_channels': [64, 64], 'in_index': (0, 1)},
        },
        'exempt': EXEMPT,
    },
}


class Network(nn.Module):
    """What a stand-in of timm makes: a patch embedding; a transformer has it one level deeper, and one size."""

    def __init__(self, in_chans, transformer=False, norm_layer=nn.Identity):
        super().__init__()
        embedding = nn.Sequential(nn.Conv2d(in_chans, 4, 8, 8), norm_layer(4))
        if transformer:
            self.model = nn.Module()
            self.model.patch_embed = embedding
            embedding.patch_size, embedding.dynamic_img_pad = (8, 8), False
        else:
            self.stem = embedding
        self.feature_info = SimpleNamespace(channels=lambda: [4], reduction=lambda: [8])
        self.seen = None

    def forward(self, x):
        self.seen = x
        return [(self.model.patch_embed if hasattr(self, 'model') else self.stem)(x)]


@pytest.fixture
def calls(monkeypatch):
    """The arguments that the stand-in gets; its 'vit' is a transformer, and takes ``strict_img_size`` alone."""
    found = []

    def create_model(name, in_chans, norm_layer=nn.Identity, strict_img_size=None, **options):
        if 'dynamic_img_size' in options:
            raise TypeError("__init__() got an unexpected keyword argument 'dynamic_img_size'")
        if strict_img_size is not None and name == 'net':
            raise TypeError("__init__() got an unexpected keyword argument 'strict_img_size'")
        if max(options.get('out_indices', [0])):
            raise IndexError('list index out of range')
        if 'nonsense' in options:
            raise TypeError("__init__() got an unexpected keyword argument 'nonsense'")
        if options['pretrained'] and 'pretrained_cfg_overlay' not in options:
            raise FileNotFoundError('no connection')
        found.append({'in_chans': in_chans, 'strict_img_size': strict_img_size, **options})
        network = Network(in_chans, name == 'vit', norm_layer)
        if name == 'net' and options['pretrained']:
            network.stem[0].weight = nn.Parameter(next(iter(options['pretrained_cfg_overlay']['state_dict'].values())))
        return network

    stand_in = SimpleNamespace(create_model=create_model, is_model=lambda name: name in ('net', 'vit'),
                               list_models=lambda: ['net', 'vit'])
    monkeypatch.setitem(sys.modules, 'timm', stand_in)
    return found


def test_arguments_reach_timm(calls):
    model = build_backbone(dict(
        type='TIMMBackbone', model_name='net', pretrained=False, in_channels=5, norm_layer='BN2d', output_stride=8))
    assert calls == [{
        'in_chans': 5, 'strict_img_size': None, 'features_only': True, 'pretrained': False, 'output_stride': 8}]
    assert list(model.state_dict())[:2] == ['timm_model.stem.0.weight', 'timm_model.stem.0.bias']
    assert isinstance(model.timm_model.stem[1], nn.BatchNorm2d)
    assert (model.out_channels, model.out_strides) == ((4,), (8,))
    assert model(torch.randn(1, 5, 20, 30))[0].shape == (1, 4, 2, 3)


def test_a_transformer_sees_whole_patches(calls):
    model = TIMMBackbone('vit', pretrained=False)
    assert calls[0]['strict_img_size'] is False
    x = torch.randn(2, 3, 17, 24)
    assert model(x)[0].shape == (2, 4, 3, 3)
    seen = model.timm_model.seen
    assert torch.equal(seen[:, :, :17], x)
    assert seen.shape[2:] == (24, 24)
    assert not seen[:, :, 17:].any()


@pytest.mark.parametrize('options', [{'checkpoint_path': 'FILE'}, {'pretrained': 'FILE'}])
def test_weights_of_a_file_go_through_our_reader(calls, options, tmp_path):
    torch.save({'state_dict': {'a': torch.ones(1)}}, tmp_path / 'a.pth')
    model = TIMMBackbone('net', **{key: str(tmp_path / 'a.pth') for key in options})
    assert calls[0]['pretrained'] is True
    assert calls[0]['pretrained_cfg_overlay']['state_dict'] == {'a': torch.ones(1)}
    model.init_cfg = dict(type='Constant', val=7, layer='Conv2d')
    model.init_weights()
    assert model.is_init
    assert not (model.timm_model.stem[0].weight == 7).any()


def test_weights_of_a_package_become_timms(calls, tmp_path, monkeypatch):
    (tmp_path / 'carries_weights').mkdir()
    weights = {'_conv_stem.weight': torch.ones(1), '_blocks.0._depthwise_conv.weight': torch.ones(2),
               '_blocks.0._project_conv.weight': torch.ones(3), '_bn1.bias': torch.ones(4)}
    torch.save(weights, tmp_path / 'carries_weights/a.pth')
    monkeypatch.syspath_prepend(tmp_path)
    TIMMBackbone('net', pretrained='package://carries_weights')
    assert list(calls[0]['pretrained_cfg_overlay']['state_dict']) == [
        'conv_stem.weight', 'blocks.0.0.conv_dw.weight', 'blocks.0.0.conv_pw.weight', 'bn2.bias']


def test_weights_of_another_network_are_refused(calls, tmp_path):
    torch.save({'a': torch.ones(4, 3, 8, 8), 'b': torch.ones(3)}, tmp_path / 'a.pth')
    TIMMBackbone('net', checkpoint_path=str(tmp_path / 'a.pth'))
    with pytest.raises(ValueError, match=r"a.pth: of vit's 1 kernels it has none; is it of another architecture"):
        TIMMBackbone('vit', checkpoint_path=str(tmp_path / 'a.pth'))


def test_frozen(calls):
    model = TIMMBackbone('net', pretrained=False, frozen=True, norm_layer='BN').train()
    assert not any(p.requires_grad for p in model.parameters())
    before = model.timm_model.stem[1].running_mean.clone()
    assert not model(torch.randn(2, 3, 16, 16))[0].requires_grad
    assert torch.equal(model.timm_model.stem[1].running_mean, before)


@pytest.mark.parametrize(('options', 'message'), [
    (dict(model_name='nets'), r"timm has no 'nets' \(did you mean net\?\)"),
    (dict(model_name='net', features_only=False), 'features_only=False would give class scores'),
    (dict(model_name='net', nonsense=1, pretrained=False), "net: .*unexpected keyword argument 'nonsense'"),
    (dict(model_name='net'), 'net: no connection; give checkpoint_path, or pretrained=False'),
    (dict(model_name='net', norm_layer='BM', pretrained=False), 'BM is not in the'),
    (dict(model_name='net', out_indices=(0, 7), pretrained=False), r'net: it has fewer maps than out_indices=\(0, 7\)'),
])
def test_bad_arguments(calls, options, message):
    with pytest.raises(ValueError, match=message):
        TIMMBackbone(**options)


def test_without_timm(monkeypatch):
    monkeypatch.setitem(sys.modules, 'timm', None)
    with pytest.raises(ValueError, match='TIMMBackbone needs timm: pip install timm'):
        TIMMBackbone('resnet18')


@pytest.mark.parametrize(('name', 'layer'), [
    ('patch_embed.0.weight', 0), ('pos_embed', 0), ('cls_token', 0), ('reg_token', 0), ('blocks.3.attn.qkv.weight', 4),
    ('norm.weight', 13)])
def test_layers(calls, name, layer):
    assert TIMMBackbone('vit', pretrained=False).layer_of(f'timm_model.model.{name}', 12, 'layer_wise') == layer
    with pytest.raises(ValueError, match='only plain transformers are divided into layers'):
        TIMMBackbone('net', pretrained=False).layer_of('timm_model.stem.0.weight', 12, 'layer_wise')


@pytest.mark.skipif(not HAS_TIMM, reason='timm is not installed')
@pytest.mark.parametrize(('options', 'channels', 'strides'), [
    (dict(model_name='resnet18'), (64, 64, 128, 256, 512), (2, 4, 8, 16, 32)),
    (dict(model_name='resnet18', output_stride=8, out_indices=(1, 4), norm_layer='BN2d'), (64, 512), (4, 8)),
    (dict(model_name='convnext_atto'), (40, 80, 160, 320), (4, 8, 16, 32)),
    (dict(model_name='vit_tiny_patch16_224', out_indices=(0, 11), depth=12), (192, 192), (16, 16)),
    (dict(model_name='vit_small_patch14_dinov2', out_indices=(2,), depth=3), (384,), (14,)),
    (dict(model_name='vit_small_patch16_dinov3', out_indices=(2,), depth=3), (384,), (16,)),
    (dict(model_name='vit_base_patch16_siglip_224', out_indices=(1,), depth=2), (768,), (16,)),
    (dict(model_name='eva02_tiny_patch14_224', out_indices=(1,), depth=2), (192,), (14,)),
    (dict(model_name='samvit_base_patch16', out_indices=(1,), depth=2, embed_dim=96), (96,), (16,)),
    (dict(model_name='swin_tiny_patch4_window7_224', depths=(1, 1, 1, 1)), (96, 192, 384, 768), (4, 8, 16, 32)),
])
def test_real_networks_at_any_size(options, channels, strides):
    model = TIMMBackbone(pretrained=False, in_channels=4, **options).eval()
    assert (model.out_channels, model.out_strides) == (channels, strides)
    assert all(key.startswith('timm_model.') for key in model.state_dict())
    for size in ((70, 101), (224, 224)):
        with torch.no_grad():
            maps = model(torch.randn(1, 4, *size))
        if max(model.patch_size) > 1:
            size = [side + -side % patch for side, patch in zip(size, model.patch_size)]
            expected = [(width, *(-(-side // stride) for side in size)) for width, stride in zip(channels, strides)]
            assert [tuple(map_.shape[1:]) for map_ in maps] == expected
        else:
            assert [map_.shape[1] for map_ in maps] == list(channels)


@pytest.mark.parametrize('layer', [
    lambda x: x.view(-1, 7),
    lambda x: x + x[..., 1:, :].repeat(1, 1, 2, 1),
    lambda x: torch.cat([x, x[..., 1:]]),
    lambda x: nn.functional.conv2d(x, torch.ones(4, 4, 5, 5)),
])
def test_what_torch_says_of_sizes(calls, layer):
    model = TIMMBackbone('net', pretrained=False)
    model.timm_model.stem[1].forward = layer
    with pytest.raises(ValueError, match='net takes no images of 24 x 16'):
        model(torch.randn(1, 3, 24, 16))


@pytest.mark.skipif(not HAS_TIMM, reason='timm is not installed')
@pytest.mark.parametrize(('options', 'divisor'), [
    (dict(model_name='beit_base_patch16_224', depth=1, embed_dim=24, num_heads=2, out_indices=(0,)), 16),
    (dict(model_name='hrnet_w18_small'), 32),
])
def test_sizes_that_a_network_does_not_take(options, divisor):
    model = TIMMBackbone(pretrained=False, **options).eval()
    with pytest.raises(ValueError, match=rf'takes no images of 65 x 97 \(.*: give it img_size.*size_divisor={divisor}'):
        model(torch.zeros(1, 3, 65, 97))


@pytest.mark.skipif(not HAS_TIMM, reason='timm is not installed')
@pytest.mark.parametrize('name', [
    'vit_small_patch16_dinov3', 'vit_small_patch14_dinov2', 'eva02_tiny_patch14_224',
    'tf_mobilenetv3_small_minimal_100'])  # which pads as TensorFlow does
def test_networks_are_exported_for_any_size(name):
    options = {} if name.startswith('tf_') else dict(depth=1, embed_dim=48, num_heads=3, out_indices=(0,))
    model = TIMMBackbone(name, pretrained=False, **options).eval()
    free = {0: torch.export.Dim.STATIC, 1: torch.export.Dim.STATIC, 2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO}
    with torch.no_grad():
        program = torch.export.export(model, (torch.randn(1, 3, 640, 832),), dynamic_shapes=(free,), strict=False)
        for size in ((640, 832), (70, 101), (97, 64)):
            x = torch.randn(1, 3, *size)
            for found, expected in zip(program.module(check_guards=False)(x), model(x)):
                torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
