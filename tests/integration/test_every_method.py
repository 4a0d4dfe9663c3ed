"""One config of each method trains for two iterations and is tested, by the tools, on a few drawn images."""

import json
import math
from pathlib import Path

import pytest
import torch

from mmseg.apis import load_config

ROOT = Path(__file__).resolve().parents[2]
METHODS = sorted(path.name for path in (ROOT / 'configs').iterdir() if path.name != '_base_' and any(path.glob('*.py')))
RESNETS = ('ResNet', 'ResNetV1c', 'ResNetV1d', 'ResNeSt')

CASES = {
    'ann': 'ann_r50-d8_512x512_80k_ade20k',
    'apcnet': 'apcnet_r50-d8_512x512_80k_ade20k',
    'beit': 'upernet_beit-base_8x2_640x640_160k_ade20k',
    'bisenetv1': 'bisenetv1_r18-d32_4x4_1024x1024_160k_cityscapes',
    'bisenetv2': 'bisenetv2_fcn_ohem_4x4_1024x1024_160k_cityscapes',
    'ccnet': 'ccnet_r50-d8_512x512_80k_ade20k',
    'cgnet': 'cgnet_680x680_60k_cityscapes',
    'convnext': 'upernet_convnext_tiny_fp16_512x512_160k_ade20k',
    'danet': 'danet_r50-d8_512x512_80k_ade20k',
    'deeplabv3': 'deeplabv3_r50-d8_512x512_80k_ade20k',
    'deeplabv3plus': 'deeplabv3plus_r101_512x512_C-CM+C-WO-NatOcc-SOT',
    'dmnet': 'dmnet_r50-d8_512x512_80k_ade20k',
    'dnlnet': 'dnl_r50-d8_512x512_80k_ade20k',
    'dpt': 'dpt_vit-b16_512x512_160k_ade20k',
    'emanet': 'emanet_r50-d8_512x1024_80k_cityscapes',
    'encnet': 'encnet_r50-d8_512x512_80k_ade20k',
    'erfnet': 'erfnet_fcn_4x4_512x1024_160k_cityscapes',
    'fastfcn': 'fastfcn_r50-d32_jpu_enc_512x512_80k_ade20k',
    'fastscnn': 'fast_scnn_lr0.12_8x4_160k_cityscapes',
    'fcn': 'fcn_d6_r50-d16_512x1024_40k_cityscapes',
    'gcnet': 'gcnet_r50-d8_512x512_80k_ade20k',
    'hrnet': 'fcn_hr18s_512x512_80k_ade20k',
    'icnet': 'icnet_r50-d8_832x832_80k_cityscapes',
    'isanet': 'isanet_r50-d8_512x512_80k_ade20k',
    'knet': 'knet_s3_upernet_swin-t_8x2_512x512_adamw_80k_ade20k',
    'mae': 'upernet_mae-base_fp16_8x2_512x512_160k_ade20k',
    'mobilenet_v2': 'deeplabv3plus_m-v2-d8_512x512_160k_ade20k',
    'mobilenet_v3': 'lraspp_m-v3s-d8_scratch_512x1024_320k_cityscapes',
    'nonlocal_net': 'nonlocal_r50-d8_512x512_80k_ade20k',
    'ocrnet': 'ocrnet_r101-d8_512x1024_40k_b8_cityscapes',
    'point_rend': 'pointrend_r50_512x512_160k_ade20k',
    'poolformer': 'fpn_poolformer_s12_8x4_512x512_40k_ade20k',
    'psanet': 'psanet_r50-d8_512x512_80k_ade20k',
    'pspnet': 'pspnet_r50-d8_512x512_80k_ade20k',
    'resnest': 'fcn_s101-d8_512x512_160k_ade20k',
    'segformer': 'segformer_mit-b0_512x512_160k_ade20k',
    'segmenter': 'segmenter_vit-s_mask_8x1_512x512_160k_ade20k',
    'sem_fpn': 'fpn_r50_512x512_160k_ade20k',
    'setr': 'setr_pup_512x512_160k_b16_ade20k',
    'stdc': 'stdc1_512x1024_80k_cityscapes',
    'swin': 'upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K',
    'twins': 'twins_svt-s_fpn_fpnhead_8x4_512x512_80k_ade20k',
    'unet': 'fcn_unet_s5-d16_64x64_40k_drive',
    'upernet': 'upernet_r50_512x512_80k_ade20k',
    'vit': 'upernet_deit-s16_512x512_80k_ade20k',
}
# What has its widths within keeps them; in all others, and in the heads, an eighth of the channels is left.
AS_WIDE = ('convnext', 'erfnet', 'mobilenet_v2', 'mobilenet_v3', 'poolformer')
SIDES = {'mobilenet_v3': 400}  # it pools over 49 x 49 cells of a map at 1/8

CONFIG = """
_base_ = {config!r}
norm = dict(mean=[128.0, 128.0, 128.0], std=[60.0, 60.0, 60.0], to_rgb=True)
shared = dict(type='CustomDataset', data_root={data!r}, img_suffix='.png', seg_map_suffix='.png',
              classes=['dark', 'middle', 'bright'], palette=[[0, 0, 0], [128, 128, 128], [255, 255, 255]])
tested = dict(img_dir='img/val', ann_dir='ann/val', **shared, pipeline=[
    dict(type='LoadImageFromFile'),
    dict(type='MultiScaleFlipAug', img_scale=({side}, {side}), flip=False, transforms=[
        dict(type='Resize', keep_ratio=False),
        dict(type='RandomFlip'),
        dict(type='Normalize', **norm),
        dict(type='ImageToTensor', keys=['img']),
        dict(type='Collect', keys=['img'])])])
data = dict(_delete_=True, samples_per_gpu=2, workers_per_gpu=0, val=tested, test=tested, train=dict(
    img_dir='img/train', ann_dir='ann/train', **shared, pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations'),
        dict(type='Resize', img_scale=({side}, {side}), keep_ratio=False),
        dict(type='RandomFlip', prob=0.5),
        dict(type='Normalize', **norm),
        dict(type='DefaultFormatBundle'),
        dict(type='Collect', keys=['img', 'gt_semantic_seg'])]))
"""


def small(node, narrow, path='model'):
    """Options that make a model small: ``(dotted key, value)``."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        at = f'{path}.{key}'
        if key == 'pretrained' or (key == 'init_cfg' and value and value.get('type') == 'Pretrained'):
            yield at, None
        elif key == 'num_classes' and node['type'] != 'STDCHead':  # which knows borders
            yield at, 3
        elif key == 'class_weight':
            yield at, None
        elif key == 'img_size':
            yield at, 64
        elif path == 'model.test_cfg' and key in ('crop_size', 'stride'):
            yield at, [64, 64]
        elif key == 'channels' or (
                narrow and isinstance(key, str) and key.endswith(('channels', 'embed_dims', 'embed_dim'))):
            widths = value if isinstance(value, (list, tuple)) else [value]
            if all(width % 8 == 0 for width in widths):
                thin = [width // 8 for width in widths]
                yield at, thin if isinstance(value, (list, tuple)) else thin[0]
        elif isinstance(value, dict) or (isinstance(value, (list, tuple)) and value and isinstance(value[0], dict)):
            yield from small(value, narrow, at)
    if isinstance(node, dict) and node.get('type') in RESNETS and narrow:
        yield from ((f'{path}.base_channels', 8), (f'{path}.stem_channels', 8), (f'{path}.depth', min(node.depth, 50)))


def test_every_method_has_a_case():
    assert sorted(CASES) == METHODS
    assert all((ROOT / 'configs' / method / f'{name}.py').is_file() for method, name in CASES.items())


@pytest.mark.slow
@pytest.mark.parametrize('method', METHODS)
def test_trains_and_is_tested(method, small_data, tmp_path, call_tool):
    config = str(ROOT / 'configs' / method / f'{CASES[method]}.py')
    path = tmp_path / 'small.py'
    path.write_text(CONFIG.format(config=config, data=str(small_data), side=SIDES.get(method, 64)))
    options = dict(small(load_config(config).model, method not in AS_WIDE))
    options.update({'runner.type': 'IterBasedRunner', 'runner.max_iters': 2, 'checkpoint_config.interval': 2,
                    'log_config.interval': 1, 'device': 'cpu'})
    given = ['--work-dir', tmp_path / 'out', '--cfg-options', *(f'{key}={value}'.replace(' ', '')
                                                               for key, value in options.items())]

    done = call_tool('train', path, '--seed', 0, '--no-validate', *given)
    assert done.returncode == 0, done.stderr
    log = [json.loads(line) for line in next((tmp_path / 'out').glob('*.log.json')).read_text().splitlines()]
    losses = [line['loss'] for line in log if line.get('mode') == 'train']
    assert len(losses) == 2
    assert all(math.isfinite(loss) for loss in losses)
    checkpoint = tmp_path / 'out' / 'latest.pth'
    assert torch.load(checkpoint, weights_only=True)['meta']['iter'] == 2

    done = call_tool('test', path, checkpoint, '--eval', 'mIoU', *given)
    assert done.returncode == 0, done.stderr
    metric = json.loads(next((tmp_path / 'out').glob('eval_*.json')).read_text())['metric']
    assert 0 <= metric['mIoU'] <= 1
