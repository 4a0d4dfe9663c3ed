"""Configs of 1.x as ours: what resolves is what 0.30 has, and nothing is lost without a line."""

import argparse
import os
from pathlib import Path

import pytest

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.apis import init_segmentor
from mmseg.assembly.load import load_config
from mmseg.conversion.one_x import convert_config
from mmseg.conversion.one_x.command import main
from mmseg.datasets.builder import PIPELINES
from mmseg.settings import Settings

HEADS = """
pre = dict(type='SegDataPreProcessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375],
           bgr_to_rgb=True, pad_val=0, seg_pad_val=255, size=(512, 1024))
bn = dict(type='SyncBN', requires_grad=True)
ce = dict(type='mmseg.CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0)
model = dict(
    type='EncoderDecoder', data_preprocessor=pre, pretrained='open-mmlab://resnet50_v1c',
    backbone=dict(type='ResNetV1c', depth=50, num_stages=4, out_indices=(0, 1, 2, 3), dilations=(1, 1, 2, 4),
                  strides=(1, 2, 1, 1), norm_cfg=bn, norm_eval=False, style='pytorch', contract_dilation=True),
    decode_head=dict(type='PSPHead', in_channels=2048, in_index=3, channels=512, pool_scales=(1, 2, 3, 6),
                     dropout_ratio=0.1, num_classes=19, norm_cfg=bn, align_corners=False, loss_decode=ce),
    auxiliary_head=dict(type='FCNHead', in_channels=1024, in_index=2, channels=256, num_convs=1, concat_input=False,
                        dropout_ratio=0.1, num_classes=19, norm_cfg=bn, align_corners=False,
                        loss_decode=dict(ce, loss_weight=0.4)),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
"""
DATA = """
train_pipeline = [
    dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'),
    dict(type='RandomResize', scale=(2048, 1024), ratio_range=(0.5, 2.0), keep_ratio=True),
    dict(type='RandomCrop', crop_size=(512, 1024), cat_max_ratio=0.75), dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'), dict(type='PackSegInputs')]
test_pipeline = [
    dict(type='LoadImageFromFile'), dict(type='Resize', scale=(2048, 1024), keep_ratio=True),
    dict(type='LoadAnnotations'), dict(type='PackSegInputs')]
train_dataloader = dict(
    batch_size=2, num_workers=2, persistent_workers=True, sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(type='CityscapesDataset', data_root='data/cityscapes/', pipeline=train_pipeline,
                 data_prefix=dict(img_path='leftImg8bit/train', seg_map_path='gtFine/train')))
val_dataloader = dict(
    batch_size=1, num_workers=2, persistent_workers=True, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='CityscapesDataset', data_root='data/cityscapes/', pipeline=test_pipeline,
                 data_prefix=dict(img_path='leftImg8bit/val', seg_map_path='gtFine/val')))
test_dataloader = val_dataloader
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
"""
RUN = """
default_scope = 'mmseg'
custom_imports = dict(imports='mmpretrain.models', allow_failed_imports=False)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005), clip_grad=None)
param_scheduler = [dict(type='PolyLR', eta_min=1e-4, power=0.9, begin=0, end=40000, by_epoch=False)]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=40000, val_interval=4000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    timer=dict(type='IterTimerHook'), logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'), sampler_seed=dict(type='DistSamplerSeedHook'),
    checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=4000),
    visualization=dict(type='SegVisualizationHook'))
env_cfg = dict(cudnn_benchmark=True, mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
               dist_cfg=dict(backend='nccl'))
visualizer = dict(type='SegLocalVisualizer', vis_backends=[dict(type='LocalVisBackend')], name='visualizer')
log_processor = dict(by_epoch=False)
log_level = 'INFO'
load_from = None
resume = False
tta_model = dict(type='SegTTAModel')
"""
#: Published by mmsegmentation 1.x, and 0.30's of the same training.
PUBLISHED = {
    'pspnet/pspnet_r50-d8_4xb2-40k_cityscapes-512x1024': 'pspnet_r50-d8_512x1024_40k_cityscapes',
    'deeplabv3plus/deeplabv3plus_r50-d8_4xb2-40k_cityscapes-512x1024': 'deeplabv3plus_r50-d8_512x1024_40k_cityscapes',
    'segformer/segformer_mit-b0_8xb2-160k_ade20k-512x512': 'segformer_mit-b0_512x512_160k_ade20k',
    'swin/swin-tiny-patch4-window7-in1k-pre_upernet_8xb2-160k_ade20k-512x512':
        'upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K',
    'bisenetv2/bisenetv2_fcn_4xb4-160k_cityscapes-1024x1024': 'bisenetv2_fcn_4x4_1024x1024_160k_cityscapes',
    **{f'knet/knet-s3_{backbone}_{head}_8xb2-adamw-80k_ade20k-{size}':
       f'knet_s3_{head}_{backbone}_8x2_{size}_adamw_80k_ade20k'
       for backbone, head, size in (
           ('r50-d8', 'fcn', '512x512'), ('r50-d8', 'pspnet', '512x512'), ('r50-d8', 'deeplabv3', '512x512'),
           ('r50-d8', 'upernet', '512x512'), ('swin-t', 'upernet', '512x512'), ('swin-l', 'upernet', '512x512'),
           ('swin-l', 'upernet', '640x640'))},
}
#: Where the two differ: how many workers load the validation; pretrained weights by another key, to the same effect;
#: a warm-up from 0.1, which 0.30 leaves to its default; and defaults that one of them writes down.
DIFFERENT = {'data.val_dataloader', 'data.test_dataloader', 'model.pretrained', 'model.backbone.init_cfg',
             'lr_config.warmup_ratio', 'evaluation.pre_eval'}
#: The steps of 1.x count from the end of the warm-up.
OF_STEPS = {'lr_config.step', 'lr_config.gamma'}
#: K-Net's for 640x640 assigns its loaders twice in 1.x, the second time without the pipelines of 640.
OF_640 = {'data.train.pipeline', 'data.val.pipeline', 'data.test.pipeline'}
SECTIONS = ('model', 'data', 'optimizer', 'optimizer_config', 'lr_config', 'runner', 'checkpoint_config', 'evaluation',
            'log_config', 'dist_params', 'cudnn_benchmark', 'log_level')


def convert(*changed):
    text = '\n'.join([HEADS + DATA + RUN, *changed])
    return convert_config(Config.fromtext(text, 'in.py', import_custom_modules=False))


def differences(one, other, path=''):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), f'{path}.{key}' if path else key)
    elif one != other:
        yield path


def test_pspnet_is_that_of_0_30():
    found, ours = convert(), load_config('pspnet_r50-d8_512x1024_40k_cityscapes')
    assert found.lines == []
    assert list(differences({key: found.config[key] for key in SECTIONS}, {key: ours[key] for key in SECTIONS})) == [
        'evaluation.pre_eval']
    assert set(found.config) == set(SECTIONS)


@pytest.mark.skipif('MMSEG_1X_CONFIGS' not in os.environ, reason='MMSEG_1X_CONFIGS names no folder of configs of 1.x')
@pytest.mark.parametrize(('theirs', 'ours'), PUBLISHED.items(), ids=[*PUBLISHED.values()])
def test_published_ones_are_those_of_0_30(theirs, ours):
    path = Path(os.environ['MMSEG_1X_CONFIGS'], f'{theirs}.py')
    found, ours = convert_config(Config.fromfile(path, import_custom_modules=False)), load_config(ours)
    assert all('the policy counts from 0 here' in line for line in found.lines)
    found, ours = ({key: config[key] for key in SECTIONS} for config in (found.config, ours))
    of_steps = OF_STEPS if found['lr_config']['policy'] == 'step' else set()
    assert set(differences(found, ours)) - DIFFERENT == of_steps | (OF_640 if '640x640' in theirs else set())
    if of_steps:
        assert found['lr_config']['step'] == [
            step + ours['lr_config']['warmup_iters'] for step in ours['lr_config']['step']]
        assert found['lr_config']['gamma'] == 0.1  # which is that of 0.30


def test_tool_writes_what_reads_back_and_builds(tmp_path, capsys):
    (tmp_path / 'in.py').write_text(HEADS + DATA + RUN + 'randomness = dict(seed=3, deterministic=True)\n')
    main(argparse.Namespace(to_1x=False, config=str(tmp_path / 'in.py'), out=str(tmp_path / 'out.py')))
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith('randomness.deterministic is an argument here')
    assert said[1].endswith('out.py written; differences: 1')
    cfg = load_config(str(tmp_path / 'out.py'))
    assert Settings.of(cfg).seed == 3
    for step in cfg.data.train.pipeline:
        PIPELINES.build(step)
    cfg.merge_from_dict({'model.pretrained': None, 'model.backbone.depth': 18, 'model.decode_head.in_channels': 512,
                         'model.auxiliary_head.in_channels': 256})
    assert init_segmentor(cfg, device='cpu').num_classes == 19


def test_what_is_no_config_of_1x_is_refused(tmp_path):
    (tmp_path / 'in.py').write_text("model = dict(type='EncoderDecoder')")
    with pytest.raises(ConfigError, match='no config of mmsegmentation 1.x'):
        convert_config(Config.fromfile(tmp_path / 'in.py'))
    (tmp_path / 'new.py').write_text('from mmengine.config import read_base\n')
    with pytest.raises(ConfigError, match=r'new.py:1: .*where that is, Config.fromfile\(IN\).dump\(OUT\)'):
        main(argparse.Namespace(to_1x=False, config=str(tmp_path / 'new.py'), out=str(tmp_path / 'out.py')))
    with pytest.raises(ValueError, match=r'name a file ending in \.py'):
        main(argparse.Namespace(to_1x=False, config=str(tmp_path / 'in.py'), out=str(tmp_path / 'out.json')))


@pytest.mark.parametrize(('changed', 'line'), [
    ("optim_wrapper['new'] = 3", 'optim_wrapper.new = 3 has no counterpart here'),
    ("model['backbone']['type'] = 'PIDNet'", "model.backbone.type = 'PIDNet' has no counterpart here: it stays, and "
                                             'has to be imported by custom_imports'),
    ("train_pipeline.insert(2, dict(type='GenerateEdge', edge_width=4))",
     "train_dataloader.dataset.pipeline.2.type = 'GenerateEdge' has no counterpart here: the step is left out"),
    ("train_dataloader['sampler']['type'] = 'Odd'", "train_dataloader.sampler.type = 'Odd' has no counterpart here"),
    ("default_hooks['checkpoint']['greater_keys'] = ['a']",
     "default_hooks.checkpoint.greater_keys = ['a'] has no counterpart here"),
    ("custom_hooks = [dict(type='Odd')]", "custom_hooks.0.type = 'Odd' has no counterpart here: the hook is left out"),
    ("custom_hooks = [dict(type='EMAHook', momentum=0.1, begin_iter=3, priority='LOW')]",
     'custom_hooks.0.begin_iter = 3 has no counterpart here: EMAHook takes no such argument'),
    ("model['decode_head']['zoom'] = 2",
     'model.decode_head.zoom = 2 has no counterpart here: PSPHead takes no such argument'),
    ("train_pipeline[-2]['zoom'] = 2", 'train_dataloader.dataset.pipeline.5.zoom = 2 has no counterpart here: '
                                       'PhotoMetricDistortion takes no such argument'),
    ("pre['batch_augments'] = [1]", 'model.data_preprocessor.batch_augments = [1] has no counterpart here'),
    ("visualizer['vis_backends'] = [dict(type='AimVisBackend')]",
     "visualizer.vis_backends.0.type = 'AimVisBackend' has no counterpart here"),
    ('auto_scale_lr = dict(enable=True)', "auto_scale_lr = {'enable': True} has no counterpart here"),
    ("param_scheduler.append(dict(type='OneCycleLR'))",
     "param_scheduler.1.type = 'OneCycleLR' has no counterpart here behind another policy"),
    ("val_evaluator['beta'] = 2", 'val_evaluator.beta = 2 has no counterpart here'),
])
def test_one_line_for_what_has_no_counterpart(changed, line):
    twin = [line.replace('val_', 'test_')] if line.startswith('val_') else []  # test_evaluator is val_evaluator
    assert convert(changed).lines == [line, *twin]


@pytest.mark.parametrize(('changed', 'expected'), [
    ("optim_wrapper.update(type='AmpOptimWrapper', loss_scale=512.)", {'fp16': {'loss_scale': 512.0}}),
    ("optim_wrapper.update(type='AmpOptimWrapper')", {'fp16': {'loss_scale': 'dynamic'}}),
    ("optim_wrapper.update(type='AmpOptimWrapper', dtype='bfloat16')", {'amp': {'dtype': 'bfloat16'}}),
    ('optim_wrapper.update(clip_grad=dict(max_norm=1., norm_type=2))',
     {'optimizer_config': {'grad_clip': {'max_norm': 1.0, 'norm_type': 2}}}),
    ('optim_wrapper.update(accumulative_counts=4)',
     {'optimizer_config': {'type': 'GradientCumulativeOptimizerHook', 'cumulative_iters': 4}}),
    ("optim_wrapper.update(type='AmpOptimWrapper', accumulative_counts=4, loss_scale=512.)",
     {'optimizer_config': {'type': 'GradientCumulativeFp16OptimizerHook', 'cumulative_iters': 4, 'loss_scale': 512.0},
      'fp16': {'loss_scale': 512.0}}),
    ("optim_wrapper.update(type='AmpOptimWrapper', accumulative_counts=4, dtype='bfloat16')",
     {'optimizer_config': {'cumulative_iters': 4}, 'amp': {'dtype': 'bfloat16'}}),
    ("param_scheduler.insert(0, dict(type='LinearLR', start_factor=1e-6, by_epoch=False, begin=0, end=1500))",
     {'lr_config': {'policy': 'poly', 'power': 0.9, 'min_lr': 1e-4, 'by_epoch': False, 'warmup': 'linear',
                    'warmup_iters': 1500, 'warmup_ratio': 1e-6}}),
    ("param_scheduler[0] = dict(type='MultiStepLR', begin=1000, milestones=[60, 72], by_epoch=False)",
     {'lr_config': {'policy': 'step', 'step': [1060, 1072], 'gamma': 0.1, 'by_epoch': False}}),
    ("train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=10, val_interval=2, val_begin=3)",
     {'runner': {'type': 'EpochBasedRunner', 'max_epochs': 10},
      'evaluation': {'interval': 2, 'start': 3, 'by_epoch': True, 'metric': 'mIoU'}}),
    ("default_hooks['checkpoint'].update(save_best='mIoU', max_keep_ckpts=2)",
     {'checkpoint_config': {'by_epoch': False, 'interval': 4000, 'max_keep_ckpts': 2},
      'evaluation': {'interval': 4000, 'metric': 'mIoU', 'save_best': 'mIoU'}}),
    ("visualizer['vis_backends'] = [dict(type='TensorboardVisBackend')]",
     {'log_config': {'interval': 50, 'hooks': [{'type': 'TextLoggerHook', 'by_epoch': False},
                                               {'type': 'TensorboardLoggerHook', 'by_epoch': False}]}}),
    ('resume = True', {'auto_resume': True}),
    ("resume = True\nload_from = 'a.pth'", {'resume_from': 'a.pth'}),
    ("load_from = 'a.pth'", {'load_from': 'a.pth'}),
    ("custom_imports = dict(imports=['mmpretrain.models', 'json'])", {'custom_imports': {'imports': ['json']}}),
])
def test_values(changed, expected):
    config = convert(changed).config
    assert {key: config.get(key) for key in expected} == expected
