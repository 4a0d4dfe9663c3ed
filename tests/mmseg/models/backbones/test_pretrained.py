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
