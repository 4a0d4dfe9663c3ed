"""What a project that asserts a version at its import is told."""

import pytest
from packaging.version import parse

import mmcv
import mmseg

ASSERTS = """
import mmcv, mmseg
from mmcv.utils import digit_version
MMCV_MIN, MMCV_MAX = '1.1.4', '1.3.0'
mmcv_min_version, mmcv_max_version = digit_version(MMCV_MIN), digit_version(MMCV_MAX)
mmcv_version = digit_version(mmcv.__version__)
mmseg_minimum_version = '0.10.0'
mmseg_maximum_version = '0.20.0'
assert mmcv_min_version <= mmcv_version <= mmcv_max_version
assert digit_version('0.10.0') <= digit_version(mmseg.__version__) < digit_version('0.20.0')
"""


def told(code, **names):
    exec(code, names)
    return names.get('told')


def test_bounds_are_kept():
    told(ASSERTS)


@pytest.mark.parametrize(('bounds', 'answer'), [
    ({}, '1.7.3'),
    ({'MMCV_MINIMUM_VERSION': '1.3.0'}, '1.7.3'),
    ({'MMCV_MIN': '1.3.0', 'MMCV_MAX': '1.8.0'}, '1.7.3'),
    ({'MMCV_MIN': '1.3.0', 'MMCV_MAX': '1.7.3'}, '1.7.2'),
    ({'MMCV_MIN': '1.3.8', 'MMCV_MAX': '1.3.8'}, '1.3.8'),
    ({'MMCV_MIN': '1.3.13', 'MMCV_MAX': '1.5.0'}, '1.4.99'),
    ({'mmcv_max_version': '1.4.0'}, '1.3.99'),
    ({'mmcv_maximum_version': '1.3.8'}, '1.3.7'),
    ({'MIN_MMCV_VERSION': '1.3.0', 'max_mmcv': '1.4.0'}, '1.3.99'),
    ({'mmcv_min_version': (1, 3, 0, 0, 0, 0), 'mmcv_max_version': (1, 4, 0, 0, 0, 0)}, '1.3.99'),
    ({'mmcv_version_minimum': parse('1.3.0'), 'mmcv_version_maximum': parse('1.4.0')}, '1.3.99'),
    ({'mmcv_min_version': [1, 3, 0], 'mmcv_max_version': [1, 4, 0]}, '1.3.99'),
    ({'mmcv_min': min, 'mmcv_max': None}, '1.7.3'),
    ({'MMCV_MAX_ITERS': '1', 'mmcv_version': '1.2.0'}, '1.7.3'),
    ({'MMSEG_MIN': '0.1', 'MMSEG_MAX': '0.2'}, '1.7.3'),
    ({'MMCV_MIN': '2.0.0rc1', 'MMCV_MAX': '2.1.0'}, '1.7.3'),
])
def test_everyone_else_is_told_ours(bounds, answer):
    assert told('import mmcv; told = mmcv.__version__', **bounds) == answer
    assert told('from mmcv import __version__ as told', **bounds) == answer


def test_this_module_states_none():
    assert (mmcv.__version__, mmseg.__version__) == ('1.7.3', '0.31.0')
