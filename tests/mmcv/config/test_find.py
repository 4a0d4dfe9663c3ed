"""Configs by their bare names."""

from pathlib import Path

import pytest

from mmcv.config import Config, find_config
from mmcv.utils import ConfigError

NAMES = [
    'net/net_r50-d8_512x1024_40k_cityscapes.py', 'net/net_r50-d8_512x512_4x4_20k_coco-stuff10k.py',
    'net/net_r50-d8_fp16_512x1024_80k_cityscapes.py', 'net/net_r50-d32_rsb-pretrain_512x1024_adamw_80k_cityscapes.py',
    'net/net_r50-d8_480x480_40k_pascal_context_59.py', 'net/net_r50-d8_512x1024_40k_dark.py',
    'net/net_r50-d8_512x1024_40k_night_driving.py', 'u/net_u_ce-1.0-dice-3.0_64x64_40k_drive.py',
    'net/twice.py', 'u/twice.py', '_base_/models/net_base.py',
]


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        path = tmp_path / 'configs' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('x = 1')
    return tmp_path / 'configs'


@pytest.mark.parametrize('form', ['{stem}', '{stem}.py', 'net/{stem}', 'net/{stem}.py', 'configs/net/{stem}.py'])
def test_names(folder, form):
    stem = 'net_r50-d8_512x1024_40k_cityscapes'
    assert find_config(form.format(stem=stem), [folder]) == str(folder / 'net' / f'{stem}.py')


@pytest.mark.parametrize(('new', 'index'), [
    ('net_r50-d8_4xb2-40k_cityscapes-512x1024', 0), ('net_r50-d8_4xb4-20k_coco-stuff10k-512x512.py', 1),
    ('net_r50-d8_4xb2-amp-80k_cityscapes-512x1024', 2), ('net_r50-d32_rsb_4xb2-adamw-80k_cityscapes-512x1024', 3),
    ('net_r50-d8_4xb4-40k_pascal-context-59-480x480', 4),
    ('net_r50-d8_4xb2-40k_cityscapes-512x1024_dark-zurich-1920x1080', 5),
    ('net_r50-d8_4xb2-40k_cityscapes-512x1024_night-driving-1920x1080', 6),
    ('u_net_4xb4-ce-1.0-dice-3.0-40k_drive-64x64', 7),
])
def test_names_of_the_next_generation(folder, new, index):
    assert find_config(new, [folder]) == str(folder / NAMES[index])


def test_existing_path_comes_first(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'twice').write_text('x = 2')
    assert find_config('twice', [folder]) == 'twice'
    assert find_config(tmp_path / 'twice') == str(tmp_path / 'twice')


def test_working_directory_is_searched(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Config.fromfile('net_r50-d8_512x1024_40k_dark').filename == str(folder / NAMES[5])


def test_checkout_is_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path(find_config('pspnet_r50-d8_512x1024_40k_cityscapes'))
    assert path == Path(__file__).parents[3] / 'configs' / 'pspnet' / 'pspnet_r50-d8_512x1024_40k_cityscapes.py'


def test_ambiguous(folder):
    with pytest.raises(ConfigError, match=r'several.*net/twice.py, .*u/twice.py'):
        find_config('twice', [folder])
    assert find_config('u/twice', [folder]) == str(folder / 'u' / 'twice.py')


@pytest.mark.parametrize(('name', 'near'), [
    ('net_r50-d8_512x1024_40k_cityscape', '(did you mean net_r50-d8_512x1024_40k_cityscapes?)'),
    ('net_r50-d8_4xb2-40k_cityscape-512x1024', 'net_r50-d8_512x1024_40k'),
    ('net/nope_r50-d8_512x1024_40k_dark.py', 'net_r50-d8_512x1024_40k_dark'),
    ('dark', 'net_r50-d8_512x1024_40k_dark'),
])
def test_unknown(folder, name, near):
    with pytest.raises(FileNotFoundError) as caught:
        find_config(name, [folder])
    assert str(caught.value).startswith(f'{name}: no such config (did you mean ')
    assert near in str(caught.value)
    assert isinstance(caught.value, ConfigError)


def test_bases_have_no_names(folder):
    with pytest.raises(ConfigError):
        find_config('net_base', [folder])
