"""ResNets with a deep stem of other code bases give here the maps that they give there."""

import re

import pytest
import torch

from mmcv.checkpoint.layouts import convert_layout
from mmseg.models import build_backbone

CONFIG = dict(type='ResNetV1c', depth=18, norm_cfg=dict(type='BN'))
STEM = ['conv1', 'bn1', 'relu', 'conv2', 'bn2', 'relu', 'conv3', 'bn3']


def of_semseg(weights):
    return {re.sub(r'^stem\.(\d)', lambda found: STEM[int(found[1])], key): value for key, value in weights.items()}


def of_a_pspnet(weights):
    return {f'module.{key.replace("stem.", "layer0.")}': value for key, value in weights.items()} | {
        'module.cls.4.weight': torch.ones(1), 'module.ppm.features.0.1.weight': torch.ones(1)}


def build(weights, tmp_path, **options):
    torch.save({'state_dict': weights}, tmp_path / 'x.pth')
    model = build_backbone({**CONFIG, **options, 'pretrained': str(tmp_path / 'x.pth')})
    model.init_weights()
    return model.eval()


@pytest.mark.parametrize('of_others', [of_semseg, of_a_pspnet])
def test_of_semseg(of_others, tmp_path):
    own = build_backbone({**CONFIG, 'stem_channels': 128})
    own.init_weights()
    weights = own.state_dict()
    found = build(of_others(weights), tmp_path, stem_channels=128).state_dict()
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[key], weights[key]) for key in weights)
    assert convert_layout(weights, own.weight_layouts) is None
    assert convert_layout({f'backbone.{key}': value for key, value in weights.items()}, own.weight_layouts) is None


@pytest.mark.parametrize(('name', 'kind'), [('resnet18d', 'ResNetV1d'), ('resnet50c', 'ResNetV1c')])
def test_of_timm(name, kind, tmp_path):
    timm = pytest.importorskip('timm')
    theirs = timm.create_model(name, features_only=True, out_indices=(1, 2, 3, 4)).eval()
    whole = timm.create_model(name)
    weights = {**theirs.state_dict(), **{key: value for key, value in whole.state_dict().items() if key[:2] == 'fc'}}
    ours = build(weights, tmp_path, type=kind, depth=int(re.search(r'\d+', name)[0]), strides=(1, 2, 2, 2),
                 dilations=(1, 1, 1, 1))
    image = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        for mine, expected in zip(ours(image), theirs(image)):
            torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-5)
