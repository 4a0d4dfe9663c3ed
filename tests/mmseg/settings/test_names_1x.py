"""Configs of mmsegmentation 1.x: each name that means nothing here is answered with what to write."""

import pytest

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.datasets import build_dataset
from mmseg.models import build_segmentor
from mmseg.settings import Settings


@pytest.mark.parametrize(('line', 'mend'), [
    ('train_dataloader = dict(batch_size=2, dataset=dict())', 'data = dict(samples_per_gpu=batch_size'),
    ("val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])", 'evaluation = dict(interval=4000'),
    ("optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD'))", 'optimizer = dict'),
    ("param_scheduler = [dict(type='PolyLR')]", "lr_config = dict(policy='poly'"),
    ('default_hooks = dict(logger=dict())', 'log_config'),
    ("train_cfg = dict(type='IterBasedTrainLoop', max_iters=100)", "runner = dict(type='IterBasedRunner'"),
    ("test_cfg = dict(type='TestLoop')", 'model.test_cfg'),
    ('metainfo = dict(classes=[])', '`classes` and `palette`'),
    ('randomness = dict(seed=1)', 'seed = 0'),
    ('resume = True', 'auto_resume = True'),
])
def test_top_level(tmp_path, line, mend):
    path = tmp_path / 'new.py'
    path.write_text(f'\n{line}\n')
    with pytest.raises(ConfigError) as caught:
        Settings.of(Config.fromfile(path))
    name = line.split(' ')[0]
    assert str(caught.value).startswith(f'{path}:2: {name} is a name of mmsegmentation 1.x: write ')
    assert mend in str(caught.value)


def test_names_of_0x_stay():
    Settings.of(Config({'test_cfg': {'mode': 'whole'}, 'train_cfg': {}, 'resume': False, 'metainfo': 'mine'}))


@pytest.mark.parametrize(('argument', 'mend'), [
    ({'metainfo': {'classes': ['a']}}, '`classes=[...]` and `palette=[...]`'),
    ({'data_prefix': {'img_path': 'a'}}, '`img_dir=img_path` and `ann_dir=seg_map_path`'),
    ({'type': 'BaseSegDataset'}, "type='CustomDataset'"),
    ({'pipeline': [{'type': 'PackSegInputs'}]}, "dict(type='DefaultFormatBundle')"),
    ({'pipeline': [{'type': 'RandomResize'}]}, "dict(type='Resize', img_scale=scale"),
    ({'pipeline': [{'type': 'Resize', 'scale': (4, 4)}]}, '`img_scale=(width, height)`'),
])
def test_data_sets_and_transforms(argument, mend):
    with pytest.raises(ConfigError) as caught:
        build_dataset({'type': 'CustomDataset', 'img_dir': '.', 'pipeline': [], **argument})
    assert f'write {mend}' in str(caught.value)


def test_models():
    with pytest.raises(ConfigError, match='takes no such argument: write mean and std into Normalize'):
        build_segmentor({'type': 'EncoderDecoder', 'data_preprocessor': {}, 'backbone': {}, 'decode_head': {}})
