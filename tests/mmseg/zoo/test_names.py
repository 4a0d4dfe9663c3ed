import pytest

from mmseg.zoo.names import DATASETS, ConfigName


@pytest.mark.parametrize(('text', 'parts'), [
    ('pspnet_r50-d8_512x1024_40k_cityscapes', ('pspnet_r50-d8', None, (512, 1024), '40k', 'cityscapes')),
    ('segformer_mit-b0_8x1_1024x1024_160k_cityscapes',
     ('segformer_mit-b0', '8x1', (1024, 1024), '160k', 'cityscapes')),
    ('pspnet_r50-d8_512x512_4x4_80k_coco-stuff164k.py',
     ('pspnet_r50-d8', '4x4', (512, 512), '80k', 'coco-stuff164k')),
    ('fcn_unet_s5-d16_ce-1.0-dice-3.0_64x64_40k_drive',
     ('fcn_unet_s5-d16_ce-1.0-dice-3.0', None, (64, 64), '40k', 'drive')),
    ('deeplabv3_r50-d8_480x480_40k_pascal_context_59',
     ('deeplabv3_r50-d8', None, (480, 480), '40k', 'pascal_context_59')),
])
def test_parts_of_a_name(text, parts):
    name = ConfigName.parse(text)
    assert (name.model, name.batch, name.crop, name.iterations, name.dataset) == parts
    assert name.dataset in DATASETS


@pytest.mark.parametrize(('text', 'extras'), [
    ('upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K', ('pretrain_224x224_1K',)),
    ('upernet_swin_large_patch4_window7_512x512_pretrain_224x224_22K_160k_ade20k', ('pretrain_224x224_22K',)),
    ('knet_s3_fcn_r50-d8_8x2_512x512_adamw_80k_ade20k', ('adamw',)),
    ('ocrnet_r101-d8_512x1024_40k_b16_cityscapes', ('b16',)),
    ('pspnet_r50-d8_512x512_80k_ade20k', ()),
])
def test_extras_of_a_name(text, extras):
    name = ConfigName.parse(text)
    assert name.extras == extras
    assert name.dataset in DATASETS


@pytest.mark.parametrize('text', [
    'pspnet_r50-d8_0512x512_80k_ade20k', 'pspnet_r50-d8_512x512_0k_ade20k', 'pspnet_r18-d8_demo',
    'configs/pspnet/pspnet_r50-d8_512x1024_40k_cityscapes.py', 'a_4x4_512x512_4x4_80k_ade20k',
    ''])
def test_other_names_are_left_alone(text):
    assert ConfigName.parse(text) is None
