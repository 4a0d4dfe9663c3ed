"""The tool that lists what of another package's public names does not resolve here."""

import runpy
from pathlib import Path

SURFACE = runpy.run_path(str(Path(__file__).parent / 'surface.py'))


def test_names_are_read_without_importing():
    text = """
import os
from torch import nn
from .a import b as c, d
from pack.e import *
__all__ = ['f'] + ['g']
__all__ += ['h']
if True:
    I = 1
try:
    def j(): ...
except ImportError:
    class K: ...
_private = 2
raise SystemError
"""
    assert SURFACE['names_in'](text, 'pack') == set('cdfghIjK')


def test_what_is_missing(tmp_path):
    package = tmp_path / 'mmcv'
    (package / 'utils').mkdir(parents=True)
    (package / '__init__.py').write_text('from .utils import Registry, Nothing')
    (package / 'utils' / '__init__.py').write_text("__all__ = ['Registry', 'Nothing']")
    (package / 'nowhere.py').write_text('def f(): ...')
    found = {module: (names, lost) for module, names, lost in SURFACE['missing'](package)}
    assert found == {
        'mmcv': ({'Registry', 'Nothing'}, {'Nothing'}), 'mmcv.utils': ({'Registry', 'Nothing'}, {'Nothing'}),
        'mmcv.nowhere': ({'f'}, None)}
