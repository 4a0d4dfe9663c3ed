"""Numpy values behave as lists and numbers."""

import numpy as np
import pytest

from mmcv.config import Config, check_known_keys, unpack_arrays
from mmcv.config.dict import to_plain
from mmcv.utils.errors import ConfigKeyError

TEXT = """
import numpy as np
weight = 1 / np.array([10., 5., 1.])
size = np.int64(64)
model = dict(
    head=dict(loss=dict(class_weight=weight, on=np.bool_(True))),
    crop=(size, size), scales=[np.float32(0.5), np.arange(2)], empty=np.zeros((0, 3)), one=np.array(3))
"""


def load(tmp_path):
    (tmp_path / 'cfg.py').write_text(TEXT)
    return Config.fromfile(tmp_path / 'cfg.py')


def test_arrays_and_numbers_at_any_depth(tmp_path):
    cfg = load(tmp_path)
    unpack_arrays(cfg)
    assert {key: to_plain(value) for key, value in cfg.items()} == {
        'weight': [0.1, 0.2, 1.0], 'size': 64,
        'model': {'head': {'loss': {'class_weight': [0.1, 0.2, 1.0], 'on': True}}, 'crop': (64, 64),
                  'scales': [0.5, [0, 1]], 'empty': [], 'one': 3}}
    kinds = [type(cfg.size), type(cfg.model.crop[0]), type(cfg.model.head.loss.on), type(cfg.model.scales[0])]
    assert kinds == [int, int, bool, float]


def test_each_key_still_knows_its_line(tmp_path):
    cfg = load(tmp_path)
    unpack_arrays(cfg)
    assert cfg.origin('size').endswith('cfg.py:4')
    assert cfg.origin('model.head.loss.class_weight').endswith('cfg.py:6')


def test_what_is_not_unpacked_can_be_compared(tmp_path):
    cfg, again = load(tmp_path), load(tmp_path)
    assert cfg == again
    again.model.head.loss.class_weight[0] = 7
    assert cfg != again


def test_a_misspelled_array_is_found_all_the_same():
    with pytest.raises(ConfigKeyError, match='did you mean model'):
        check_known_keys(Config(dict(modle=np.zeros(3), other=[np.ones(3)])), ['model'])
