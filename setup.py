"""What pyproject.toml cannot say: how mmcv._ext is built, and where an installed package keeps configs and tools.

mmcv/ops/build.py builds the extension; see there for the environment variables. ``MMCV_EXT=off`` leaves it out:
everything works, slower.
"""

import os
import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# By its path: importing mmcv would import torch.
_spec = spec_from_file_location('mmcv_ops_build', ROOT / 'mmcv' / 'ops' / 'build.py')
build = module_from_spec(_spec)
sys.modules[_spec.name] = build
_spec.loader.exec_module(build)


class BuildExt(build_ext):
    """build_ext through mmcv/ops/build.py, which needs neither ninja nor an import of torch."""

    def build_extension(self, ext):
        try:
            build.build(Path(self.get_ext_fullpath(ext.name)), Path(self.build_temp), build.plan())
        except build.BuildError as error:
            sys.exit(f'error: mmcv._ext: {error}')


class BuildPy(build_py):
    """build_py that also packs configs and tools, below mmseg/.mim as 0.x did."""

    def run(self):
        super().run()
        if not self.editable_mode:
            for folder in ('configs', 'tools'):
                target = Path(self.build_lib, 'mmseg', '.mim', folder)
                shutil.copytree(ROOT / folder, target, ignore=shutil.ignore_patterns('__pycache__'), dirs_exist_ok=True)


SOURCES = sorted(str(path.relative_to(ROOT)) for path in build.CSRC.rglob('*.*'))
EXTENSIONS = [] if os.environ.get('MMCV_EXT') == 'off' else [Extension('mmcv._ext', SOURCES)]
setup(ext_modules=EXTENSIONS, cmdclass={'build_ext': BuildExt, 'build_py': BuildPy})
