"""Configs as data: what Config writes is read back, and nothing is ever run."""

import math

import pytest

from mmcv import Config
from mmcv.config.literal import read_literal
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config


@pytest.mark.parametrize('name', ['pspnet_r18-d8_demo', 'pspnet_r50-d8_512x1024_40k_cityscapes',
                                  'upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K'])
def test_what_a_config_writes_is_read_back(name):
    cfg = load_config(name)
    assert Config(read_literal(cfg.pretty_text, 'a.pth'))._cfg_dict == cfg._cfg_dict


def test_values_of_every_kind():
    cfg = Config({'a': -1.5, 'b': (1,), 'c': {'x-y': [None, True, ...]}, 'd': {1, 2}, 'e': float('-inf'), 'f': b'x',
                  'g': slice(1, 2), 'not a name': {'h': 1}, 'i': {}, 'j': range(3)})
    assert read_literal(cfg.pretty_text, 'a.pth') == cfg._cfg_dict.to_dict()
    assert math.isnan(read_literal("a = float('nan')", 'a.pth')['a'])


def test_what_mmcv_1_wrote():
    text = ("norm_cfg = dict(type='SyncBN', requires_grad=True)\nmodel = dict(\n    backbone=dict(\n"
            "        **{'depth': 50}, out_indices=(0, 1)),\n    paramwise=dict({'.norm': dict(decay_mult=0.0)}))\n"
            "workflow = [('train', 1)]\n")
    assert read_literal(text, 'a.pth') == {
        'norm_cfg': {'type': 'SyncBN', 'requires_grad': True},
        'model': {'backbone': {'depth': 50, 'out_indices': (0, 1)}, 'paramwise': {'.norm': {'decay_mult': 0.0}}},
        'workflow': [('train', 1)]}


@pytest.mark.parametrize('line', [
    "a = __import__('os').mkdir('x')", 'import os', 'a = open', 'a = [x for x in (1, 2)]', 'a = b.c', 'a = 1 ** 9',
    'def f(): pass', "print('a')", 'a, b = 1, 2', 'a.b = 1', "globals().update(dict(a=open('x')))", 'a = f"{1}"',
    'a = dict(1)', 'a = float("x")', 'a: int = 1', 'a = lambda: 1', '(a := 1)', 'a = -"x"', 'a = {[]: 1}',
])
def test_nothing_else_is_read(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r'^a\.pth: line 2 of the config in it is no plain data, and is not run'):
        read_literal(f'b = 1\n{line}\n', 'a.pth')
    assert not list(tmp_path.iterdir())


def test_what_is_no_python():
    for text in ('a = ', '[' * 5000, '\0'):
        with pytest.raises(ConfigError, match=r'^a\.pth: the config in it is no Python text'):
            read_literal(text, 'a.pth')
