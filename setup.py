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
#: What pip and mim know the packages by, of which requirements of 0.x projects ask for one or the other.
OLD_NAMES = {'mmsegmentation': 'mmseg', 'mmcv-full': 'mmcv', 'mmcv': 'mmcv'}


def load(*parts):
    """A module by its path: importing mmcv would import torch."""
    spec = spec_from_file_location('_'.join(parts), ROOT.joinpath(*parts).with_suffix('.py'))
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build = load('mmcv', 'ops', 'build')


class BuildExt(build_ext):
    """build_ext through mmcv/ops/build.py, which needs neither ninja nor an import of torch."""

    def build_extension(self, ext):
        try:
            build.build(Path(self.get_ext_fullpath(ext.name)), Path(self.build_temp), build.plan())
        except build.BuildError as error:
            sys.exit(f'error: mmcv._ext: {error}')


class BuildPy(build_py):
    """build_py that also packs configs and tools, below mmseg/.mim as 0.x did, and says what the packages were called.

    That is one folder NAME-VERSION.egg-info each, beside our own metadata: mim finds the packages, and pip has what a
    project's requirements name.
    """

    def run(self):
        super().run()
        if not self.editable_mode:
            for folder in ('configs', 'tools'):
                target = Path(self.build_lib, 'mmseg', '.mim', folder)
                shutil.copytree(ROOT / folder, target, ignore=shutil.ignore_patterns('__pycache__'), dirs_exist_ok=True)
            for name, package in OLD_NAMES.items():
                version = load(package, 'version').__version__
                folder = Path(self.build_lib, f'{name.replace("-", "_")}-{version}.egg-info')
                folder.mkdir(parents=True, exist_ok=True)
                (folder / 'PKG-INFO').write_text(
                    f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: part of pspnet-torch\n')
                (folder / 'top_level.txt').write_text(f'{package}\n')


SOURCES = sorted(str(path.relative_to(ROOT)) for path in build.CSRC.rglob('*.*'))
EXTENSIONS = [] if os.environ.get('MMCV_EXT') == 'off' else [Extension('mmcv._ext', SOURCES)]
setup(ext_modules=EXTENSIONS, cmdclass={'build_ext': BuildExt, 'build_py': BuildPy})
