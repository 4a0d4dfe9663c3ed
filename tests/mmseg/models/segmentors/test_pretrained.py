"""The checkpoint that a segmentor names for its backbone reaches it by the constructor, or as before 0.14."""

import copy
import logging
import warnings

import pytest
import torch
from torch import nn

from mmcv.runner import BaseModule, build_runner
from mmseg.models import build_segmentor
from mmseg.models.builder import BACKBONES


class Convolution(nn.Module):
    """A backbone of one map, with weights that say where they come from."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return (self.conv(x),)


class Old(Convolution):
    def init_weights(self, pretrained=None):
        if pretrained is None:
            nn.init.constant_(self.conv.weight, 0.5)
        else:
            self.load_state_dict(torch.load(pretrained))


class OldWithAnything(Old):
    def __init__(self, **kwargs):
        super().__init__()


class New(BaseModule, Convolution):
    def __init__(self, pretrained=None):
        Convolution.__init__(self)
        self._is_init, self.init_cfg = False, dict(type='Pretrained', checkpoint=pretrained) if pretrained else None


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(BACKBONES, '_loaded', {**BACKBONES._loaded, **{
        f'{kind.__name__}Protocol': kind for kind in (Old, OldWithAnything, New)}})


@pytest.fixture
def checkpoint(tmp_path):
    torch.save({'conv.weight': torch.full((4, 3, 1, 1), 7.0), 'conv.bias': torch.zeros(4)}, tmp_path / 'weights.pth')
    return str(tmp_path / 'weights.pth')


def build(kind, **options):
    head = dict(type='FCNHead', in_channels=4, channels=4, num_classes=2, num_convs=0, concat_input=False,
                loss_decode=dict(type='CrossEntropyLoss'))
    return build_segmentor(dict(type='EncoderDecoder', backbone=dict(type=f'{kind}Protocol'), decode_head=head,
                                train_cfg=None, test_cfg=dict(mode='whole'), **options))


def weight(model):
    return model.backbone.conv.weight.unique().tolist()


@pytest.mark.parametrize('kind', ['Old', 'OldWithAnything'])
def test_before_0_14_weights_are_there_when_it_is_built(kind, checkpoint):
    assert weight(build(kind)) == [0.5]
    model = build(kind, pretrained=checkpoint)
    assert weight(model) == [7.0]
    assert model.decode_head.conv_seg.weight.std() < 0.03  # heads are initialized, too
    assert model.is_init
    with torch.no_grad():
        model.backbone.conv.weight.fill_(1)
    again = copy.deepcopy(model)
    again.backbone.init_weights()
    assert weight(again) == [7.0]
    assert weight(model) == [1.0]


def test_today_init_weights_loads_them(checkpoint):
    model = build('New', pretrained=checkpoint)
    assert weight(model) != [7.0]
    model.init_weights()
    assert weight(model) == [7.0]


def test_a_runner_says_that_nothing_was_initialized(checkpoint, tmp_path, caplog):
    runner = dict(type='IterBasedRunner', max_iters=1)
    for model, warned in ((build('New', pretrained=checkpoint), True), (build('Old'), False)):
        caplog.clear()
        with caplog.at_level(logging.WARNING), warnings.catch_warnings():
            build_runner(runner, dict(model=model, work_dir=str(tmp_path), logger=logging.getLogger('of projects')))
        assert ('init_weights() of EncoderDecoder was never called' in caplog.text) == warned
