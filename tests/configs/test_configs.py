"""Every run config of mmsegmentation 0.30 resolves to the same values here, and says what was published of it.

Only the configs that ours.txt names are looked at: nobody's own configs below configs/ are tested.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmcv.config import Config, find_config

ROOT = Path(__file__).resolve().parents[2]
OURS = (ROOT / 'tests/configs/ours.txt').read_text().splitlines()
RUNS = [name for name in OURS if not name.startswith('_base_/')]
ZOO = json.loads((ROOT / 'configs/zoo.json').read_text())


def golden_configs(name: str) -> dict[str, dict]:
    return json.loads(gzip.decompress((ROOT / 'tests/golden' / f'{name}.json.gz').read_bytes()))['configs']


GOLDEN = golden_configs('configs') | golden_configs('zoo_configs')


def tuple_paths(value: object, path: str = '') -> Iterator[str]:
    """Where tuples stand in a config, in the spelling of the golden files."""

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
    cfg = Config.fromfile(ROOT / 'configs' / name, import_custom_modules=False)
    assert json.loads(json.dumps(cfg._cfg_dict)) == GOLDEN[name]['cfg']
    assert sorted(tuple_paths(cfg._cfg_dict)) == sorted(GOLDEN[name]['tuple_paths'])


def test_has_all_of_them():
    """Counted in mmsegmentation 0.30: 644 run configs in 45 folders; ours has some of its own beside them."""
    own = {
        'fastscnn/fast_scnn_512x1024_160k_cityscapes.py',
        'fcn/fcn_dinov2-vits14_linear_512x512_20k_voc12aug.py',
        'fcn/fcn_dinov3-vits16_linear_512x512_20k_voc12aug.py',
        'pspnet/pspnet_dinov3-vits16_512x512_20k_voc12aug.py',
        'pspnet/pspnet_effnet-lite0_180x240_600_camvid.py',
        'pspnet/pspnet_r18-d8_360x480_20k_camvid.py',
        'pspnet/pspnet_r18-d8_demo.py',
        'pspnet/pspnet_r50-d8_360x480_20k_camvid.py',
        'pspnet/pspnet_timm-convnext-tiny-d16_512x512_40k_voc12aug.py',
        'pspnet/pspnet_timm-r50-d8_512x512_40k_voc12aug.py',
        'upernet/upernet_dinov3-vitb16_512x512_40k_ade20k.py',
        'upernet/upernet_timm-convnext-tiny_512x512_40k_voc12aug.py',
        'upernet/upernet_timm-r50_512x512_40k_voc12aug.py',
    }
    theirs = set(RUNS) - own
    assert len(theirs) == len(RUNS) - len(own) == 644
    assert len({name.partition('/')[0] for name in theirs}) == 45
    assert sum(name.startswith('pspnet/') for name in theirs) == 66


@pytest.mark.parametrize('name', RUNS)
def test_opens_with_its_command(name):
    path = ROOT / 'configs' / name
    assert path.read_text().splitlines()[0].startswith(f'# bash train.sh {path.stem}')


def test_bare_names_are_enough():
    assert len({Path(name).stem for name in RUNS}) == len(RUNS)
    for name in RUNS[::40]:
        assert Path(find_config(Path(name).stem)).samefile(ROOT / 'configs' / name)


@pytest.mark.parametrize('name', OURS)
def test_dumps_to_an_equal_config(name, tmp_path):
    cfg = Config.fromfile(ROOT / 'configs' / name)
    cfg.dump(str(tmp_path / 'dumped.py'))
    assert Config.fromfile(tmp_path / 'dumped.py')._cfg_dict == cfg._cfg_dict


@pytest.mark.parametrize('name', ZOO['models'])
def test_what_was_published_is_in_the_config(name):
    facts = ZOO['models'][name]
    path, = (path for path in RUNS if path.endswith(f'/{name}.py'))
    line = (ROOT / 'configs' / path).read_text().splitlines()[1]
    assert line.startswith('# 0.30 published: ')
    for metric in ('mIoU', 'Dice'):
        if metric in facts:
            assert f'{metric} {facts[metric]:g}' in line
    if 'memory_gb' in facts:
        assert f'{facts["memory_gb"]:g} GB per GPU' in line
    assert facts['method'] in ZOO['methods']
    assert facts['checkpoint'].endswith('.pth')


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
