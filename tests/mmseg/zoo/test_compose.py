"""Composed configs equal the files of the same name; what cannot be composed is refused with what there is."""
from pathlib import Path

import pytest

from mmcv.config import Config, ConfigDict
from mmcv.config.override import same
from mmcv.utils import ConfigError
from mmseg.zoo import compose, read_config
from mmseg.zoo.names import ConfigName, Names
from mmseg.zoo.remainder import heads

CONFIGS = Path(__file__).resolve().parents[3] / 'configs'
FILES = {name.text: path for name, path in Names(CONFIGS).files.items()}
ONE_OF_ITS_KIND = {text for text in FILES if sum(ConfigName.parse(text).model == ConfigName.parse(other).model
                                                for other in FILES) == 1}

# What these have in their files follows from no rule: their relatives differ from them in more than the name says.
IRREGULAR = {
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
    'fastfcn_r50-d32_jpu_enc_4x4_512x1024_80k_cityscapes',
    'fastfcn_r50-d32_jpu_psp_4x4_512x1024_80k_cityscapes',
    'fcn_hr18s_512x512_80k_loveda',
    'fcn_hr48_512x512_80k_loveda',
    'fcn_unet_s5-d16_4x4_512x1024_160k_cityscapes',
    'knet_s3_upernet_swin-l_8x2_512x512_adamw_80k_ade20k',
    'knet_s3_upernet_swin-l_8x2_640x640_adamw_80k_ade20k',
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


def heads_of(cfg):
    return {head['type']: head for head in heads(unpacked(cfg.model))}


@pytest.mark.parametrize(('text', 'classes'), [
    ('bisenetv1_r50-d32_512x512_40k_loveda', 7),  # whose relatives replace all auxiliary heads
    ('fcn_unet_s5-d16_512x512_40k_camvid', 11),
    ('segmenter_vit-s_linear_512x512_40k_voc12', 21),
    ('setr_vit-large_pup_768x768_40k_potsdam', 6),
    ('knet_s3_fcn_r50-d8_512x512_40k_pascal_context_59', 59),
    ('icnet_r18-d8_512x512_40k_isaid', 16),
    ('stdc1_512x512_40k_vaihingen', 6),
])
def test_every_head_has_the_classes_of_the_data_set(text, classes):
    counts = {kind: head['num_classes'] for kind, head in heads_of(compose(text)).items()}
    assert counts.pop('STDCHead', 2) == 2
    assert set(counts.values()) == {classes}


def test_another_data_set_than_that_of_relatives_which_wrote_theirs_out():
    """They repeat theirs 50 times, reduce its labels and enlarge test images to multiples of 32."""
    cfg = compose('fpn_poolformer_s12_896x896_40k_cityscapes')
    assert (cfg.data.train.type, cfg.data.train.data_root) == ('CityscapesDataset', 'data/cityscapes/')
    steps = {step.type: step for step in cfg.data.train.pipeline}
    assert steps['RandomCrop'].crop_size == steps['Pad'].size == (896, 896)
    assert steps['Resize'].img_scale == (2048, 1024)
    assert 'reduce_zero_label' not in steps['LoadAnnotations']
    for split in (cfg.data.val, cfg.data.test):
        assert split.pipeline[1].img_scale == (2048, 1024)
        assert [step.type for step in split.pipeline[1].transforms[:2]] == ['Resize', 'ResizeToMultiple']
    assert cfg.train_pipeline == cfg.data.train.pipeline


def test_the_way_of_a_method_to_normalise_comes_along():
    cfg = compose('segmenter_vit-t_mask_512x512_40k_loveda')
    steps = {step.type: step for step in cfg.data.train.pipeline}
    assert steps['Normalize'].mean == cfg.img_norm_cfg.mean == [127.5] * 3
    assert steps['LoadAnnotations'].reduce_zero_label is True
    cfg = compose('cgnet_360x480_40k_camvid')
    kinds = [step.type for step in cfg.data.train.pipeline]
    assert (cfg.optimizer.type, cfg.runner.max_iters, cfg.model.decode_head.num_classes) == ('Adam', 40000, 11)
    assert 'total_iters' not in cfg
    assert kinds.count('Normalize') == 1


@pytest.mark.parametrize(('text', 'test_cfg'), [
    ('setr_vit-large_mla_512x512_40k_camvid', dict(mode='slide', crop_size=(512, 512), stride=(341, 341))),
    ('segmenter_vit-b_mask_640x640_40k_ade20k', dict(mode='slide', crop_size=(640, 640), stride=(600, 600))),
    ('upernet_convnext_tiny_fp16_769x769_40k_camvid', dict(mode='slide', crop_size=(769, 769), stride=(513, 513))),
    ('fcn_unet_s5-d16_128x128_40k_hrf', dict(mode='slide', crop_size=(128, 128), stride=(85, 85))),
    ('pspnet_unet_s5-d16_512x1024_40k_cityscapes', dict(mode='whole')),  # windows are for small crops of retinas
])
def test_windows_of_the_crop(text, test_cfg):
    cfg = compose(text)
    assert unpacked(cfg.model.test_cfg) == test_cfg
    crop = ConfigName.parse(text).crop
    assert cfg.crop_size == crop
    assert cfg.model.backbone.get('img_size', crop) == crop
    steps = {step.type: step for step in cfg.train_pipeline}
    assert steps['RandomCrop'].crop_size == steps['Pad'].size == crop


def test_alignment_of_heads_that_relatives_replace():
    ocr = heads_of(compose('ocrnet_hr18_769x769_40k_cityscapes'))
    assert {head['align_corners'] for head in ocr.values()} == {True}
    assert 'align_corners' not in heads_of(compose('knet_s3_fcn_r50-d8_769x769_40k_loveda'))['KernelUpdateHead']
    assert compose('ann_r50-d8_640x640_40k_cityscapes').model.decode_head.align_corners is False


@pytest.mark.parametrize(('text', 'samples'), [
    ('pspnet_r50-d8_4x8_512x1024_40k_cityscapes', 8), ('segformer_mit-b0_512x512_4x3_40k_loveda', 3)])
def test_batch_of_the_name(text, samples):
    assert compose(text).data.samples_per_gpu == samples


def test_iterations_where_the_relative_replaces_the_runner():
    runner = compose('upernet_beit-large_fp16_640x640_40k_loveda').runner
    assert (runner.type, runner.max_iters) == ('IterBasedRunner', 40000)


def test_extras_choose_the_relative_and_may_be_left_out():
    name = 'upernet_swin_base_patch4_window7_512x512_80k_loveda'
    assert '22k' in compose(f'{name}_pretrain_224x224_22K').model.backbone.init_cfg.checkpoint
    assert '22k' not in compose(name).model.backbone.init_cfg.checkpoint
    with pytest.raises(ConfigError, match='pspnet_r50-d8 is not known with adamw, but with nothing'):
        compose('pspnet_r50-d8_512x512_adamw_80k_loveda')


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


@pytest.mark.parametrize(('name', 'length', 'step'), [
    ('knet_s3_fcn_r50-d8_8x2_512x512_adamw_20k_cityscapes', 20000, [15000, 18000]),
    ('knet_s3_upernet_swin-l_8x2_640x640_adamw_160k_loveda', 160000, [120000, 144000]),
    ('upernet_beit-large_fp16_8x1_640x640_20k_camvid', 20000, None),
    ('lraspp_m-v3-d8_512x1024_20k_camvid', 20000, None),
    ('cgnet_512x1024_40k_cityscapes', 40000, None),
    ('pspnet_r50-d8_512x1024_60k_cityscapes', 60000, None),
])
def test_what_counts_steps_follows_the_length(name, length, step):
    cfg = read_config(name)
    assert (cfg.runner.max_iters, cfg.evaluation.interval, cfg.checkpoint_config.interval) == (
        length, length // 10, length // 10)
    assert cfg.lr_config.get('step') == step


def test_weights_of_classes_stay_with_their_data_set():
    assert len(read_config('cgnet_512x1024_40k_cityscapes').model.decode_head.loss_decode.class_weight) == 19
    assert 'class_weight' not in read_config('cgnet_680x680_20k_camvid').model.decode_head.loss_decode


@pytest.mark.parametrize(('name', 'classes'), [
    ('fast_scnn_512x512_40k_camvid', 11), ('cgnet_512x512_60k_ade20k', 150)])
def test_methods_with_one_recipe_only(name, classes):
    assert read_config(name).model.decode_head.num_classes == classes
