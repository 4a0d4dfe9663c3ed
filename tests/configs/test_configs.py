"""Every config of mmsegmentation 0.30's PSPNet folders resolves to the same values here."""

import gzip
import json
from pathlib import Path

import pytest

from mmcv.config import Config, find_config

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = json.loads(gzip.decompress((ROOT / 'tests/golden/configs.json.gz').read_bytes()))['configs']


def tuple_paths(value, path=''):
    """Where tuples stand in a config, in the spelling of the golden file."""
    if isinstance(value, tuple):
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from tuple_paths(item, f'{path}.{key}' if path else key)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from tuple_paths(item, f'{path}[{index}]')


@pytest.mark.parametrize('name', GOLDEN)
def test_resolves_to_the_values_of_0_30(name):
    cfg = Config.fromfile(ROOT / 'configs' / name)
    assert json.loads(json.dumps(cfg._cfg_dict)) == GOLDEN[name]['cfg']
    assert sorted(tuple_paths(cfg._cfg_dict)) == sorted(GOLDEN[name]['tuple_paths'])


def test_has_all_of_them():
    assert sum(name.startswith('pspnet/') for name in GOLDEN) == 66
    assert sum(name.startswith('unet/') for name in GOLDEN) == 8


@pytest.mark.parametrize('path', sorted((ROOT / 'configs').glob('[!_]*/*.py')), ids=lambda p: p.stem)
def test_opens_with_its_command_and_is_found_by_its_bare_name(path):
    assert path.read_text().splitlines()[0].startswith(f'# bash train.sh {path.stem}')
    assert Path(find_config(path.stem)).samefile(path)


@pytest.mark.parametrize('path', sorted((ROOT / 'configs').rglob('*.py')), ids=lambda p: p.stem)
def test_dumps_to_an_equal_config(path, tmp_path):
    cfg = Config.fromfile(path)
    cfg.dump(str(tmp_path / 'dumped.py'))
    assert Config.fromfile(tmp_path / 'dumped.py')._cfg_dict == cfg._cfg_dict


@pytest.mark.parametrize(('new', 'old'), [
    ('pspnet_r50-d8_4xb2-40k_cityscapes-512x1024', 'pspnet_r50-d8_512x1024_40k_cityscapes'),
    ('pspnet_r101-d8_4xb4-160k_ade20k-512x512', 'pspnet_r101-d8_512x512_160k_ade20k'),
    ('pspnet_r50b-d8_4xb2-80k_cityscapes-769x769', 'pspnet_r50b-d8_769x769_80k_cityscapes'),
    ('pspnet_r50-d8_4xb4-20k_voc12aug-512x512', 'pspnet_r50-d8_512x512_20k_voc12aug'),
    ('pspnet_r50-d8_4xb4-80k_coco-stuff164k-512x512', 'pspnet_r50-d8_512x512_4x4_80k_coco-stuff164k'),
    ('pspnet_r50-d8_4xb4-40k_pascal-context-480x480', 'pspnet_r50-d8_480x480_40k_pascal_context'),
    ('pspnet_r50-d8_4xb4-40k_pascal-context-59-480x480', 'pspnet_r50-d8_480x480_40k_pascal_context_59'),
    ('pspnet_r101-d8_4xb2-amp-80k_cityscapes-512x1024', 'pspnet_r101-d8_fp16_512x1024_80k_cityscapes'),
    ('pspnet_r50-d8-rsb_4xb2-adamw-80k_cityscapes-512x1024',
     'pspnet_r50-d8_rsb-pretrain_512x1024_adamw_80k_cityscapes'),
    ('pspnet_r50-d32_rsb_4xb2-adamw-80k_cityscapes-512x1024',
     'pspnet_r50-d32_rsb-pretrain_512x1024_adamw_80k_cityscapes'),
    ('pspnet_r50-d8_4xb4-80k_isaid-896x896', 'pspnet_r50-d8_4x4_896x896_80k_isaid'),
    ('pspnet_r18-d8_4xb4-80k_potsdam-512x512', 'pspnet_r18-d8_4x4_512x512_80k_potsdam'),
    ('pspnet_r101-d8_4xb2-40k_cityscapes-512x1024_dark-zurich-1920x1080', 'pspnet_r101-d8_512x1024_40k_dark'),
    ('pspnet_r50-d8_4xb2-80k_cityscapes-512x1024_night-driving-1920x1080',
     'pspnet_r50-d8_512x1024_80k_night_driving'),
    ('unet-s5-d16_pspnet_4xb4-40k_chase-db1-128x128', 'pspnet_unet_s5-d16_128x128_40k_chase_db1'),
    ('unet-s5-d16_pspnet_4xb4-40k_hrf-256x256', 'pspnet_unet_s5-d16_256x256_40k_hrf'),
    ('unet-s5-d16_pspnet_4xb4-ce-1.0-dice-3.0-40k_drive-64x64', 'pspnet_unet_s5-d16_ce-1.0-dice-3.0_64x64_40k_drive'),
])
def test_names_of_mmsegmentation_1_resolve(new, old):
    assert Path(find_config(new)).stem == old
