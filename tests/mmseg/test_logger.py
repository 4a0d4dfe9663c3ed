import logging
import subprocess
import sys
from pathlib import Path

import mmseg
from mmcv.config import Config, find_config
from mmseg.env import collect_env
from mmseg.logger import get_root_logger

PRINT_CONFIG = Path(__file__).parents[2] / 'tools' / 'print_config.py'


def test_root_logger(tmp_path):
    logger = get_root_logger(tmp_path / 'a.log')
    assert logger is get_root_logger() is logging.getLogger('mmseg')
    logger.error('hello')
    logger.removeHandler(logger.handlers[-1])
    assert (tmp_path / 'a.log').read_text().endswith(' - mmseg - ERROR - hello\n')


def test_collect_env():
    assert collect_env()['MMSegmentation'].startswith(f'{mmseg.__version__}+')


def print_config(*args, cwd):
    return subprocess.run([sys.executable, PRINT_CONFIG, *args], cwd=cwd, capture_output=True, text=True)


def test_print_config(tmp_path):
    name = 'pspnet_r50-d8_512x1024_40k_cityscapes'
    done = print_config(name, '--cfg-options', 'model.backbone.depth=18', cwd=tmp_path)
    cfg = Config.fromfile(find_config(name))
    cfg.merge_from_dict({'model.backbone.depth': 18})
    assert done.stdout == cfg.pretty_text


def test_print_config_with_origins(tmp_path):
    (tmp_path / 'a.py').write_text("model = dict(\n    head=[dict(type='A')])\nn = (1, 2)\n")
    done = print_config('a.py', '--origin', '--options', 'n.1=3', cwd=tmp_path)
    assert done.stdout == "model.head[0].type = 'A'  # a.py:2\nn = (1, 3)  # a.py:3\n"
    assert '--cfg-options' in done.stderr


def test_print_config_fails_in_one_line(tmp_path):
    (tmp_path / 'a.py').write_text('x = 1\ny = z')
    done = print_config('a.py', cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: a.py:2: NameError: name 'z' is not defined\n"
