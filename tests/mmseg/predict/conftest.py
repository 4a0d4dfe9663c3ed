"""A network whose sight is short, with its checkpoint, and images to predict."""

import cv2
import numpy as np
import pytest
import short_sighted

from mmseg.assembly.load import load_config


@pytest.fixture
def short_cfg():
    return load_config('pspnet_r18-d8_360x480_20k_camvid', short_sighted.SHORT_SIGHTED)


@pytest.fixture
def save(tmp_path):
    """``save(cfg)``: see :func:`short_sighted.save`."""
    return lambda cfg, name='model': short_sighted.save(cfg, tmp_path, name)


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
