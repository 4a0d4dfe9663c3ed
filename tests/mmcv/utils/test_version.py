"""Versions, commits, and what a bug report tells."""

import sys
from pathlib import Path

import pytest

import mmcv
import mmseg
from mmcv.utils import collect_env, digit_version, get_git_hash, parse_version_info, version


def test_version():
    assert parse_version_info(mmcv.__version__) == (*mmcv.version_info, 0, 0, 0)
    assert parse_version_info('1.3.0rc1') == (1, 3, 0, 0, 'rc', 1)
    assert parse_version_info('v1.3alpha2', length=2) == (1, 3, 'a', 2)
    assert mmseg.version.parse_version_info('0.30.0rc1') == (0, 30, 0, 'rc1')
    # what packages for mmcv 1.x ask for
    assert digit_version('1.3.13') <= digit_version(mmcv.__version__) <= digit_version('1.8.0')


@pytest.mark.parametrize(('text', 'numbers'), [
    ('1.2.3', (1, 2, 3, 0, 0, 0)), ('1.2', (1, 2, 0, 0, 0, 0)), ('2.14.1+cu121', (2, 14, 1, 0, 0, 0)),
    ('1.0rc1', (1, 0, 0, 0, -1, 1)), ('1.0a2', (1, 0, 0, 0, -3, 2)), ('1.0.post2', (1, 0, 0, 0, 1, 2)),
    ('2.0.0a0+git1', (2, 0, 0, 0, -3, 0)),
])
def test_digit_version(text, numbers):
    assert digit_version(text) == numbers


def test_order_of_versions():
    order = ['1.0.dev1', '1.0a1', '1.0b1', '1.0rc1', '1.0rc2', '1.0', '1.0.post1', '1.0.1', '1.10']
    assert sorted(sorted(order), key=digit_version) == order
    for text in ('latest', '1x', '1.x'):
        with pytest.raises(ValueError, match=text):
            digit_version(text)


def test_git_hash(tmp_path, monkeypatch):
    if (Path(__file__).parents[3] / '.git').exists():
        assert len(get_git_hash()) == 40
        assert get_git_hash(digits=7) == get_git_hash()[:7]
    with pytest.raises(TypeError, match='digits'):
        get_git_hash(digits='7')
    monkeypatch.setattr('mmcv.utils.version_utils._minimal_ext_cmd', lambda cmd: b'3b46d33e\n')
    assert get_git_hash(fallback='none') == ('3b46d33e' if (Path(__file__).parents[3] / '.git').exists() else 'none')
    monkeypatch.setattr(version, '__file__', str(tmp_path / 'mmcv' / 'utils' / 'version.py'))
    assert get_git_hash(fallback='none') == 'none'


def test_collect_env():
    env = collect_env()
    assert env['Python'].startswith(sys.version.split()[0])
    assert env['MMCV'] == mmcv.__version__
    assert {'sys.platform', 'CUDA available', 'GCC', 'PyTorch', 'TorchVision', 'OpenCV', 'MMCV extension'} <= set(env)


def test_names_of_the_old_wrapper():
    from torch import nn

    from mmcv.cnn import build_norm_layer
    from mmcv.utils.parrots_wrapper import SyncBatchNorm, _BatchNorm, _InstanceNorm
    assert issubclass(nn.BatchNorm2d, _BatchNorm)
    assert issubclass(nn.InstanceNorm1d, _InstanceNorm)
    assert isinstance(nn.SyncBatchNorm(2), SyncBatchNorm)
    assert isinstance(build_norm_layer(dict(type='SyncBN'), 2)[1], SyncBatchNorm)
