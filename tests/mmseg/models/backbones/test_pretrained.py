"""Where the first weights of a backbone come from."""

from pathlib import Path

import pytest

from mmseg.models.backbones.pretrained import pretrained_init_cfg


def test_pretrained_is_a_name():
    for name in ('torchvision://resnet50', Path('weights.pth')):
        assert pretrained_init_cfg(name, None) == {'type': 'Pretrained', 'checkpoint': name}
    assert pretrained_init_cfg(None, None, [{'type': 'Normal'}]) == [{'type': 'Normal'}]
    for wrong in (123, True, ['weights.pth']):
        with pytest.raises(ValueError, match='give a path, an address, or None'):
            pretrained_init_cfg(wrong, None)


def test_members_of_torchvisions_enums_are_names():
    weights = pytest.importorskip('torchvision.models').ResNet50_Weights.DEFAULT
    assert pretrained_init_cfg(weights, None)['checkpoint'] == 'ResNet50_Weights.IMAGENET1K_V2'
