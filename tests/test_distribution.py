"""What an installation of the packages holds beside them."""

import importlib
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import mmcv
import mmseg

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    pytest.importorskip('setuptools')
    folder = tmp_path_factory.mktemp('installed')
    subprocess.run([sys.executable, 'setup.py', '-q', 'build_py', '--build-lib', str(folder)], cwd=ROOT, check=True,
                   capture_output=True, env={**os.environ, 'MMCV_EXT': 'off'})
    return folder


@pytest.mark.parametrize(('name', 'package', 'version'), [
    ('mmsegmentation', 'mmseg', mmseg.version.__version__), ('mmcv-full', 'mmcv', mmcv.version.__version__),
    ('mmcv', 'mmcv', mmcv.version.__version__),
])
def test_packages_are_found_by_the_names_that_mim_and_requirements_know(name, package, version, installed):
    found, = metadata.distributions(name=name, path=[str(installed)])
    assert (found.metadata['Name'], found.version) == (name, version)
    assert found.read_text('top_level.txt').split() == [package]


def test_configs_and_tools_lie_where_mim_looks(installed):
    for path in ('tools/train.py', 'tools/test.py', 'configs/pspnet/pspnet_r50-d8_512x1024_40k_cityscapes.py'):
        assert (installed / 'mmseg/.mim' / path).is_file()


@pytest.mark.parametrize('words', [['-m', 'mmseg', 'print-config'], ['{installed}/mmseg/.mim/tools/print_config.py']])
def test_commands_of_an_installation_know_its_configs(words, installed, tmp_path):
    words = [word.format(installed=installed) for word in words]
    found = subprocess.run([sys.executable, *words, 'pspnet_r18-d8_demo', '--origin'], cwd=tmp_path, check=True,
                           capture_output=True, text=True, env={**os.environ, 'PYTHONPATH': str(installed)})
    assert f'{installed}/mmseg/.mim/configs/pspnet/pspnet_r18-d8_demo.py' in found.stdout


def test_the_console_command_leads_somewhere():
    module, name = re.search(r'^mmseg = "(.+):(.+)"$', (ROOT / 'pyproject.toml').read_text(), re.MULTILINE).groups()
    assert callable(getattr(importlib.import_module(module), name))
