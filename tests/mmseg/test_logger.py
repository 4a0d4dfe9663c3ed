import logging

import mmseg
from mmseg.env import collect_env
from mmseg.logger import get_root_logger


def test_root_logger(tmp_path):
    logger = get_root_logger(tmp_path / 'a.log')
    assert logger is get_root_logger() is logging.getLogger('mmseg')
    logger.error('hello')
    logger.removeHandler(logger.handlers[-1])
    assert (tmp_path / 'a.log').read_text().endswith(' - mmseg - ERROR - hello\n')


def test_collect_env():
    assert collect_env()['MMSegmentation'].startswith(f'{mmseg.__version__}+')
