"""Small segmentors, as a config would build them."""

from collections.abc import Callable

import pytest
import zoo

from mmcv.config import Config
from mmseg.models import build_segmentor
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder

NORM = dict(type='BN', requires_grad=True)
TESTED = [
    dict(type='LoadImageFromFile'),
    dict(type='MultiScaleFlipAug', img_scale=(64, 48), flip=False, transforms=[
        dict(type='Resize', keep_ratio=True),
        dict(type='Normalize', mean=[120.0, 110.0, 100.0], std=[60.0, 55.0, 50.0], to_rgb=True),
        dict(type='ImageToTensor', keys=['img']),
        dict(type='Collect', keys=['img'])])]


@pytest.fixture(scope='session')
def small_pspnet() -> Callable[..., EncoderDecoder]:
    """A PSPNet of 8 to 64 channels and three classes, its config in ``cfg``."""
    def build(**head: object) -> EncoderDecoder:
        model = build_segmentor(dict(
            type='EncoderDecoder',
            backbone=dict(type='ResNetV1c', depth=18, base_channels=8, stem_channels=8, norm_cfg=NORM,
                          strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True),
            decode_head=dict(type='PSPHead', in_channels=64, in_index=3, channels=8, num_classes=3, norm_cfg=NORM,
                             **head),
            auxiliary_head=dict(type='FCNHead', in_channels=32, in_index=2, channels=8, num_convs=1, num_classes=3,
                                norm_cfg=NORM),
            test_cfg=dict(mode='whole')))
        model.CLASSES, model.PALETTE = ('dark', 'middle', 'bright'), [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
        model.cfg = Config(dict(data=dict(test=dict(type='CustomDataset', pipeline=TESTED))))
        return zoo.fill(model).eval()

    return build
