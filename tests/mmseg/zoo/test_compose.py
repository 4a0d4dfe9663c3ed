"""Composed configs equal the files of the same name; what cannot be composed is refused with what there is."""
from pathlib import Path

import pytest

from mmcv.config import Config, ConfigDict
from mmcv.config.override import same
from mmcv.utils import ConfigError
from mmseg.zoo import compose, read_config
from mmseg.zoo.names import ConfigName, Names

CONFIGS = Path(__file__).resolve().parents[3] / 'configs'
FILES = {name.text: path for name, path in Names(CONFIGS).files.items()}
ONE_OF_ITS_KIND = {text for text in FILES if sum(ConfigName.parse(text).model == ConfigName.parse(other).model
                                                for other in FILES) == 1}

# What these have in their files follows from no rule: their relatives differ from them in more than the name says.
IRREGULAR = {
    'bisenetv1_r18-d32_in1k-pre_4x4_1024x1024_160k_cityscapes',
    'bisenetv1_r18-d32_in1k-pre_4x8_1024x1024_160k_cityscapes',
    'bisenetv2_fcn_4x4_1024x1024_160k_cityscapes',
    'bisenetv2_fcn_4x8_1024x1024_160k_cityscapes',
    'cgnet_512x1024_60k_cityscapes',
    'cgnet_680x680_60k_cityscapes',
    'deeplabv3plus_r101-d8_512x512_80k_loveda',
    'deeplabv3plus_r18-d8_512x512_80k_loveda',
    'deeplabv3plus_r18-d8_512x512_80k_potsdam',
    'dnl_r101-d8_769x769_40k_cityscapes',
    'dnl_r101-d8_769x769_80k_cityscapes',
    'dnl_r50-d8_769x769_40k_cityscapes',
    'dnl_r50-d8_769x769_80k_cityscapes',
    'fastfcn_r50-d32_jpu_aspp_4x4_512x1024_80k_cityscapes',
    'fastfcn_r50-d32_jpu_aspp_512x1024_80k_cityscapes',
    'fastfcn_r50-d32_jpu_enc_4x4_512x1024_80k_cityscapes',
    'fastfcn_r50-d32_jpu_enc_512x1024_80k_cityscapes',
    'fastfcn_r50-d32_jpu_psp_4x4_512x1024_80k_cityscapes',
    'fcn_hr18s_512x512_80k_loveda',
    'fcn_hr48_512x512_80k_loveda',
    'fcn_m-v2-d8_512x1024_80k_cityscapes',
    'fcn_m-v2-d8_512x512_160k_ade20k',
    'fcn_unet_s5-d16_4x4_512x1024_160k_cityscapes',
    'pspnet_m-v2-d8_512x1024_80k_cityscapes',
    'pspnet_m-v2-d8_512x512_160k_ade20k',
    'pspnet_r101-d8_512x512_80k_loveda',
    'pspnet_r18-d8_360x480_20k_camvid',
    'pspnet_r18-d8_512x512_80k_loveda',
    'pspnet_r50-d8_360x480_20k_camvid',
    'segformer_mit-b0_512x512_160k_ade20k',
    'segformer_mit-b0_8x1_1024x1024_160k_cityscapes',
    'segformer_mit-b1_512x512_160k_ade20k',
    'segformer_mit-b1_8x1_1024x1024_160k_cityscapes',
    'segformer_mit-b2_512x512_160k_ade20k',
    'segformer_mit-b2_8x1_1024x1024_160k_cityscapes',
    'segformer_mit-b3_512x512_160k_ade20k',
    'segformer_mit-b3_8x1_1024x1024_160k_cityscapes',
    'segformer_mit-b4_512x512_160k_ade20k',
    'segformer_mit-b4_8x1_1024x1024_160k_cityscapes',
    'segformer_mit-b5_512x512_160k_ade20k',
    'segformer_mit-b5_640x640_160k_ade20k',
    'segformer_mit-b5_8x1_1024x1024_160k_cityscapes',
    'upernet_convnext_base_fp16_512x512_160k_ade20k',
    'upernet_convnext_base_fp16_640x640_160k_ade20k',
}
QUICK = ('ann', 'segformer', 'upernet_r', 'pspnet_unet', 'ocrnet', 'fpn_r')


def unpacked(config):
    return ConfigDict(config).to_dict()


@pytest.mark.parametrize('text', [
    pytest.param(text, marks=() if text.startswith(QUICK) else pytest.mark.slow)
    for text in sorted(FILES.keys() - IRREGULAR - ONE_OF_ITS_KIND)])
def test_equals_the_file_of_that_name(text):
    """Composed without a look at the file itself."""
    composed = compose(text, import_custom_modules=False)
    assert same(unpacked(composed), unpacked(Config.fromfile(FILES[text], import_custom_modules=False)))
    assert Path(composed.filename) == FILES[text]


def test_regular_is_the_rule():
    assert len(FILES) > 600
    assert len(IRREGULAR) < 0.09 * len(FILES)


def test_another_data_set():
    cfg = compose('deeplabv3plus_r50-d8_512x512_20k_camvid')
    assert cfg.model.decode_head.type == 'DepthwiseSeparableASPPHead'
    assert cfg.model.decode_head.num_classes == cfg.model.auxiliary_head.num_classes == 11
    assert cfg.data.train.type == 'CamVidDataset'
    assert cfg.runner.max_iters == 20000
    # Its images are 360 x 480: enlarged to the crop's height.
    steps = {step.type: step for step in cfg.data.train.pipeline}
    assert steps['RandomCrop'].crop_size == steps['Pad'].size == cfg.crop_size == (512, 512)
    assert steps['Resize'].img_scale == (683, 512)
    assert cfg.data.test.pipeline[1].img_scale == (683, 512)


def test_the_remainder_of_the_method_comes_along():
    cfg = compose('segformer_mit-b0_512x512_40k_loveda')
    assert (cfg.optimizer.type, cfg.lr_config.warmup, cfg.runner.max_iters) == ('AdamW', 'linear', 40000)
    assert cfg.model.decode_head.num_classes == 7
    assert cfg.data.train.type == 'LoveDADataset'


def test_windows_and_alignment_of_769():
    cfg = compose('psanet_r50-d8_769x769_20k_cityscapes')
    assert cfg.model.test_cfg == dict(mode='slide', crop_size=(769, 769), stride=(513, 513))
    assert cfg.model.decode_head.align_corners is cfg.model.auxiliary_head.align_corners is True
    assert cfg.crop_size == (769, 769)


def test_reads_back_and_knows_its_origins(tmp_path):
    cfg = compose('ccnet_r101-d8_512x512_20k_potsdam')
    assert cfg.model.backbone.depth == 101
    assert 'ccnet_r101-d8_512x512_20k_potsdam.py:' in cfg.origin('model.backbone.depth')
    cfg.dump(tmp_path / 'dumped.py')
    assert Config.fromfile(tmp_path / 'dumped.py') == cfg


def test_files_come_first():
    assert read_config('pspnet_r18-d8_demo').filename.endswith('pspnet_r18-d8_demo.py')
    assert read_config('pspnet_r50-d8_512x512_20k_loveda').data.train.type == 'LoveDADataset'


@pytest.mark.parametrize(('text', 'message'), [
    ('ann_r18-d8_512x512_20k_loveda', "'ann_r18-d8' is no known model .*ann_r"),
    ('ann_r50-d8_512x512_21k_loveda', "'21k' is no known schedule .*20k"),
    ('ann_r50-d8_512x512_20k_lovedo', "'lovedo' is no known data set .did you mean loveda"),
    ('nothing_r50-d8_512x512_20k_mine', "'mine' is no known data set .there are ade20k, camvid"),
])
def test_what_cannot_be_composed(text, message):
    with pytest.raises(ConfigError, match=message):
        read_config(text)


def test_other_names_get_the_usual_message():
    with pytest.raises(ConfigError, match='no such config'):
        read_config('pspnet_r18-d8_domo')
