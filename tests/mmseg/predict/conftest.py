"""A network whose sight is short, with its checkpoint, and images to predict."""

import cv2
import numpy as np
import pytest
import torch

from mmseg.apis import init_segmentor
from mmseg.assembly.load import load_config

# The first stage of a narrow ResNet: a pixel sees about 30 others to each side, and nothing of the whole image.
SHORT_SIGHTED = {
    'device': 'cpu', 'model.pretrained': None, 'model.auxiliary_head': None,
    'model.backbone': dict(
        _delete_=True, type='ResNet', depth=18, num_stages=1, strides=(1,), dilations=(1,), out_indices=(0,),
        base_channels=8, stem_channels=8),
    'model.decode_head': dict(
        _delete_=True, type='FCNHead', in_channels=8, in_index=0, channels=8, num_convs=1, concat_input=False,
        num_classes=11, dropout_ratio=0.0, align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0)),
    'data.test.pipeline.1.img_scale': None, 'data.test.pipeline.1.img_ratios': [1.0],
}


@pytest.fixture
def short_cfg():
    return load_config('pspnet_r18-d8_360x480_20k_camvid', SHORT_SIGHTED)


@pytest.fixture
def save(tmp_path):
    """``save(cfg)``: the paths of a config and of a checkpoint of a model of it, whose labels differ."""

    def write(cfg, name='model'):
        model = init_segmentor(cfg, device='cpu')
        with torch.no_grad():
            for _ in range(3):
                model.train().forward_dummy(torch.randn(2, 3, 64, 96))
            model.decode_head.conv_seg.weight.mul_(30)
        config, checkpoint = tmp_path / f'{name}.py', tmp_path / f'{name}.pth'
        cfg.dump(str(config))
        palette = [[20 * number, 255 - number, 7] for number in range(11)]
        meta = {'config': cfg.pretty_text, 'CLASSES': [f'c{number}' for number in range(11)], 'PALETTE': palette}
        torch.save({'state_dict': model.state_dict(), 'meta': meta}, checkpoint)
        return str(config), str(checkpoint)

    return write


@pytest.fixture
def short(short_cfg, save):
    return save(short_cfg)


@pytest.fixture
def picture(tmp_path):
    """``picture(name, height, width)``: the path of an image of blobs that is drawn."""

    def draw(name, height=100, width=130, seed=0):
        rng = np.random.default_rng(seed)
        img = cv2.resize(rng.integers(0, 256, (height // 8 + 2, width // 8 + 2, 3), np.uint8), (width, height))
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), img)
        return str(path)

    return draw
