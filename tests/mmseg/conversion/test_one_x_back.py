"""Configs of ours as those of 1.x: what goes there comes back as it was."""

import argparse

import pytest

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config
from mmseg.conversion.one_x import convert_back, convert_config
from mmseg.conversion.one_x.command import main

SECTIONS = ('model', 'data', 'optimizer', 'optimizer_config', 'lr_config', 'runner', 'checkpoint_config', 'evaluation',
            'log_config', 'dist_params', 'cudnn_benchmark', 'log_level')


@pytest.mark.parametrize('name', [
    'pspnet_r50-d8_512x1024_40k_cityscapes', 'pspnet_r50-d8_769x769_40k_cityscapes',
    'segformer_mit-b0_512x512_160k_ade20k',
    'upernet_convnext_tiny_fp16_512x512_160k_ade20k', 'fcn_unet_s5-d16_128x128_40k_chase_db1',
    'segmenter_vit-t_mask_8x1_512x512_160k_ade20k', 'pspnet_r18-d8_512x512_80k_loveda'])
def test_it_comes_back(name):
    ours = load_config(name)
    there = convert_back(ours)
    again = convert_config(there.config)
    assert (there.lines, again.lines) == ([], [])
    ours.evaluation.pop('pre_eval')
    if 'fp16' in name:  # 0.30 names the scale twice
        assert again.config.fp16 == {'loss_scale': 'dynamic'}
        ours.optimizer_config = {}
    assert {key: again.config[key] for key in SECTIONS} == {key: ours[key] for key in SECTIONS}


def test_the_sections_are_those_of_1x():
    there = convert_back(load_config('pspnet_r101-d8_fp16_512x1024_80k_cityscapes', {'seed': 3})).config
    assert there.optim_wrapper == dict(
        type='AmpOptimWrapper', loss_scale=512.0,
        optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005))
    assert there.model.data_preprocessor == dict(
        type='SegDataPreProcessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True,
        size=(512, 1024), pad_val=0, seg_pad_val=255)
    assert there.param_scheduler == [
        dict(type='PolyLR', eta_min=1e-4, power=0.9, begin=0, end=80000, by_epoch=False)]
    assert there.train_cfg == dict(type='IterBasedTrainLoop', max_iters=80000, val_interval=8000)
    assert there.randomness == {'seed': 3}
    assert [step.type for step in there.val_dataloader.dataset.pipeline] == [
        'LoadImageFromFile', 'Resize', 'LoadAnnotations', 'PackSegInputs']
    assert there.train_dataloader.dataset.data_prefix == dict(
        img_path='leftImg8bit/train', seg_map_path='gtFine/train')
    assert 'data' not in there


def test_joined_data_sets_and_parts_of_other_packages():
    there = convert_back(load_config('pspnet_r50-d8_512x512_20k_voc12aug')).config
    parts = there.train_dataloader.dataset
    assert parts.type == 'ConcatDataset'
    assert [part.data_prefix.seg_map_path for part in parts.datasets] == ['SegmentationClass', 'SegmentationClassAug']
    assert [part.ann_file.rpartition('/')[2] for part in parts.datasets] == ['train.txt', 'aug.txt']
    there = convert_back(load_config('upernet_convnext_tiny_fp16_512x512_160k_ade20k')).config
    assert there.model.backbone.type == 'mmpretrain.ConvNeXt'
    assert there.custom_imports.imports == ['mmpretrain.models']


@pytest.mark.parametrize(('options', 'line'), [
    ({'channels_last': True}, 'channels_last = True has no counterpart in 1.x'),
    ({'custom_hooks': [{'type': 'MemoryProfilerHook'}]},
     "custom_hooks.0.type = 'MemoryProfilerHook' has no counterpart in 1.x: the hook is left out"),
    ({'lr_config.policy': 'inv'}, "lr_config.policy = 'inv' has no counterpart in 1.x"),
    ({'data.val.pipeline.1.flip': True},
     'data.val.pipeline.1.type = MultiScaleFlipAug with several views is a tta_pipeline there: one view is kept'),
    ({'data.train.type': 'CamVidDataset'}, "data.train.type = 'CamVidDataset' has no counterpart in 1.x"),
    ({'data.train.pipeline.5.type': 'TorchvisionV2'},
     "data.train.pipeline.5.type = 'TorchvisionV2' has no counterpart in 1.x: the step is left out"),
])
def test_one_line_for_what_1x_has_not(options, line):
    assert convert_back(load_config('pspnet_r50-d8_512x1024_40k_cityscapes', options)).lines == [line]


def test_tool(tmp_path, capsys):
    out = tmp_path / 'out.py'
    main(argparse.Namespace(to_1x=True, config='pspnet_r50-d8_512x1024_40k_cityscapes', out=str(out)))
    assert capsys.readouterr().out.endswith('out.py written; differences: 0\n')
    assert Config.fromfile(out).default_scope == 'mmseg'
    with pytest.raises(ConfigError, match=r'data = dict\(...\) is missing'):
        convert_back(Config({'model': {'type': 'EncoderDecoder'}}))
