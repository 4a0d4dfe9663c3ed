"""A small data set on disk, a config for it, and the tools as a user starts them."""

import os
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from preloaded import preloaded_python

ROOT = Path(__file__).resolve().parents[2]

CONFIG = """

_base_ = '{root}/configs/pspnet/pspnet_r18-d8_360x480_20k_camvid.py'
model = dict(
    backbone=dict(base_channels=8, stem_channels=8),
    decode_head=dict(in_channels=64, channels=8, num_classes=3),
    auxiliary_head=dict(in_channels=32, channels=8, num_classes=3))
crop_size = (32, 48)
img_norm_cfg = dict(mean=[128.0, 128.0, 128.0], std=[60.0, 60.0, 60.0], to_rgb=True)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations'),
    dict(type='Resize', img_scale=(64, 48), ratio_range=(0.5, 2.0)),
    dict(type='RandomCrop', crop_size=crop_size, cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='Normalize', **img_norm_cfg),
    dict(type='Pad', size=crop_size, pad_val=0, seg_pad_val=255),
    dict(type='DefaultFormatBundle'),
    dict(type='Collect', keys=['img', 'gt_semantic_seg'])]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='MultiScaleFlipAug', img_scale=(64, 48), flip=False, transforms=[
        dict(type='Resize', keep_ratio=True),
        dict(type='RandomFlip'),
        dict(type='Normalize', **img_norm_cfg),
        dict(type='ImageToTensor', keys=['img']),
        dict(type='Collect', keys=['img'])])]
mine = dict(type='CustomDataset', data_root='{data}', img_suffix='.png', seg_map_suffix='.png',
            classes=['dark', 'middle', 'bright'], palette=[[0, 0, 0], [128, 128, 128], [255, 255, 255]])
data = dict(
    samples_per_gpu=2, workers_per_gpu=0,
    train=dict(_delete_=True, img_dir='img/train', ann_dir='ann/train', pipeline=train_pipeline, **mine),
    val=dict(_delete_=True, img_dir='img/val', ann_dir='ann/val', pipeline=test_pipeline, **mine),
    test=dict(_delete_=True, img_dir='img/val', ann_dir='ann/val', pipeline=test_pipeline, **mine))
optimizer = dict(lr=0.05)
runner = dict(max_iters=6)
checkpoint_config = dict(interval=3)
evaluation = dict(interval=3)
log_config = dict(interval=2)
"""


@pytest.fixture(scope='session')
def small_data(tmp_path_factory):
    """Images of bright, middle and dark blocks, 8 to train on and 5 to validate, with palette PNG labels."""
    folder = tmp_path_factory.mktemp('small data')
    draw = np.random.RandomState(0)
    for split, count in (('train', 8), ('val', 5)):
        for kind in ('img', 'ann'):
            (folder / kind / split).mkdir(parents=True)
        for i in range(count):
            label = np.kron(draw.randint(0, 3, (4, 4)), np.ones((12, 16), int)).astype(np.uint8)
            image = (label * 90 + 30)[..., None] + draw.randint(-20, 20, (48, 64, 3))
            cv2.imwrite(str(folder / 'img' / split / f'{i}.png'), image.astype(np.uint8))
            mask = Image.fromarray(label)
            mask.putpalette([0, 0, 0, 128, 128, 128, 255, 255, 255])
            mask.save(folder / 'ann' / split / f'{i}.png')
    return folder


@pytest.fixture(scope='session')
def write_config(small_data):
    """``write_config(folder, more='', name='small.py') -> path``: the small config, with lines of one's own added."""

    def write(folder, more='', name='small.py'):
        path = folder / name
        path.write_text(CONFIG.format(root=ROOT, data=small_data) + more)
        return path

    return write


@pytest.fixture(scope='session')
def run_tool():
    """``run_tool('train', config, '--seed', 1, cwd=...)`` as ``python tools/train.py ...``, output captured."""

    def run(name, *args, cwd=None, env=None, timeout=300):
        return subprocess.run(
            [preloaded_python(), str(ROOT / 'tools' / f'{name}.py'), *map(str, args)], cwd=cwd, text=True,
            capture_output=True, timeout=timeout, env={**os.environ, 'OMP_NUM_THREADS': '1', **(env or {})})

    return run
