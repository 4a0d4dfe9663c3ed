"""Registries, and what building says of mistakes."""
import pytest
import torch
from torch import nn

from mmcv.config import Config, ConfigDict
from mmcv.utils import ConfigError
from mmseg.checks import Facts
from mmseg.models import BACKBONES, HEADS, LOSSES, NECKS, SEGMENTORS, build_backbone, build_head, build_segmentor
from mmseg.models.decode_heads import BaseDecodeHead


def model(**changes):
    cfg = {
        'type': 'EncoderDecoder',
        'backbone': {'type': 'ResNet', 'depth': 18, 'base_channels': 4, 'stem_channels': 4},
        'decode_head': {'type': 'FCNHead', 'in_channels': 32, 'channels': 4, 'num_classes': 3},
    }
    return ConfigDict({**cfg, **changes})


def test_registries_are_separate():
    assert len({id(registry) for registry in (BACKBONES, HEADS, LOSSES, NECKS, SEGMENTORS)}) == 5
    with pytest.raises(ConfigError, match='PSPHead is not in the backbone registry'):
        build_backbone({'type': 'PSPHead'})
    with pytest.raises(TypeError):
        BACKBONES.register_module('table', module=dict)


def test_own_parts_can_be_registered():
    @HEADS.register_module(force=True)
    class MyHead(nn.Module):
        def __init__(self, channels=3):
            super().__init__()
            self.channels = channels

    assert build_head({'type': 'MyHead', 'channels': 7}).channels == 7
    assert build_head({'type': MyHead}).channels == 3


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'decode_head': {'type': 'PSPHaed'}}, 'PSPHead'),
        ({'decode_head': {'type': 'PSPHead', 'pool_scale': 1}}, 'pool_scales'),
        ({'backbone': {'type': 'ResNetV1c', 'depth': 18, 'dilation': 1}}, 'dilations'),
        ({'backbone': {'type': 'ResNet', 'depth': 19}}, 'depth is 19; use one of 18, 34, 50, 101, 152'),
        ({'backbone': {'type': 'ResNet', 'depth': 18, 'norm_cfg': {'type': 'BN', 'epsilon': 1}}}, 'eps'),
        ({'test_cfg': {'mode': 'slid'}}, "mode is 'slid'"),
        ({'test_cfg': {'mode': 'slide', 'crop_size': (4, 4)}}, 'needs stride'),
        ({'test_cfg': {'mode': 'slide', 'crop_size': (4, 4), 'stride': (4, 5)}}, 'gaps'),
        ({'pretrained': 'a.pth', 'backbone': {'type': 'ResNet', 'depth': 18, 'pretrained': 'b.pth'}}, 'keep one'),
    ],
)
def test_mistakes_are_named_in_one_line(changes, message):
    with pytest.raises(ValueError, match=message) as error:
        build_segmentor(model(**changes))
    assert '\n' not in str(error.value)


class Bare(nn.Module):
    num_classes = 3


class Auxiliary(Bare):
    def forward_train(self, inputs, img_metas, gt_semantic_seg, train_cfg):
        return {}


@pytest.mark.parametrize(('changes', 'message'), [
    ({'decode_head': {'type': Bare}},
     'model.decode_head: Bare lacks align_corners, forward_test, forward_train, out_channels: see Head in'),
    ({'auxiliary_head': [{'type': Auxiliary}, {'type': Bare}]},
     r'model.auxiliary_head\[1\]: Bare lacks forward_train: see AuxiliaryHead in'),
    ({'type': 'CascadeEncoderDecoder', 'num_stages': 1, 'decode_head': [{'type': Auxiliary}]},
     r'model.decode_head\[0\]: Auxiliary lacks align_corners, forward_test, out_channels: '),
])
def test_parts_of_a_users_are_refused_for_what_they_lack(changes, message):
    cfg = Config({'model': {**model(), **changes}})
    with pytest.raises(ConfigError, match=message) as error:
        build_segmentor(cfg.model)
    assert '\n' not in str(error.value)


class BeforeOutChannels(BaseDecodeHead):
    def __init__(self, channels, num_classes):
        super(BaseDecodeHead, self).__init__()
        self.conv = nn.Conv2d(channels, num_classes, 1)
        self.num_classes, self.align_corners = num_classes, False

    def forward(self, inputs):
        return self.conv(inputs[-1])


def test_a_head_of_before_out_channels_predicts_its_classes():
    head = {'type': BeforeOutChannels, 'channels': 32, 'num_classes': 5}
    segmentor = build_segmentor({**model(), 'decode_head': head, 'auxiliary_head': None}).eval()
    assert segmentor.out_channels == 5
    segmentor.init_weights()
    assert segmentor.check(Facts(channels=3)) == []
    assert segmentor.encode_decode(torch.zeros(1, 3, 32, 32), [{}]).shape == (1, 5, 32, 32)
    meta = {'ori_shape': (40, 40, 3), 'img_shape': (32, 32, 3), 'flip': False}
    assert segmentor.simple_test(torch.zeros(1, 3, 32, 32), [meta])[0].shape == (40, 40)


def test_a_backbone_may_get_its_forward_later():
    segmentor = build_segmentor({**model(), 'backbone': {'type': Bare}})
    (problem,) = segmentor.check(Facts(channels=3))
    assert str(problem.message) == 'lacks forward'
    segmentor.backbone.forward = lambda x: [x]
    assert all(problem.key != 'backbone' for problem in segmentor.check(Facts(channels=3)))


def test_a_segmentor_gets_what_it_takes():
    @SEGMENTORS.register_module()
    class OfAUsers(nn.Module):
        def __init__(self, test_cfg):
            super().__init__()
            self.test_cfg = test_cfg

    assert build_segmentor({'type': 'OfAUsers'}).test_cfg is None
    assert build_segmentor({'type': Bare}).num_classes == 3


def test_outer_train_and_test_cfg():
    with pytest.warns(UserWarning, match='test_cfg beside'):
        built = build_segmentor(model(), test_cfg={'mode': 'slide', 'crop_size': (8, 8), 'stride': (4, 4)})
    assert built.test_cfg.mode == 'slide'
    with pytest.warns(UserWarning, match='train_cfg beside'), pytest.raises(ConfigError, match='keep the inner one'):
        build_segmentor(model(train_cfg={'a': 1}), train_cfg={})


def test_own_initialization_of_the_backbone_wins():
    """Two configs of 0.30 set both (pspnet_r18-d8_512x512_80k_loveda)."""
    own = {'type': 'Pretrained', 'checkpoint': 'own.pth'}
    backbone = {**model().backbone, 'init_cfg': own}
    assert build_segmentor(model(pretrained='other.pth', backbone=backbone)).backbone.init_cfg == own


def test_train_cfg_beside_a_model_that_takes_none():
    @SEGMENTORS.register_module(force=True)
    class TakesNone(nn.Module):
        def __init__(self, test_cfg=None):
            super().__init__()

    cfg = Config({'model': {'type': 'TakesNone'}, 'train_cfg': {'a': 1}})
    with pytest.warns(UserWarning, match='train_cfg beside'), \
            pytest.raises(ConfigError, match='train_cfg: TakesNone takes no train_cfg; leave it out'):
        build_segmentor(cfg.model, train_cfg=cfg.train_cfg)
