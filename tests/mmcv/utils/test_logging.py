"""Loggers that write each line once."""

import itertools
import logging
import re

import pytest

from mmcv.utils import get_logger, logger_initialized, print_log

_names = (f'test_logger_{i}' for i in itertools.count())


@pytest.fixture
def name():
    return next(_names)


LINE = r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - %s - INFO - hello$'


def test_console_and_file(name, tmp_path, capsys):
    logger = get_logger(name, tmp_path / 'a.log')
    logger.info('hello')
    assert re.match(LINE % name, capsys.readouterr().err)
    assert re.match(LINE % name, (tmp_path / 'a.log').read_text())
    assert logger_initialized[name]


def test_nothing_is_shown_twice(name, tmp_path, capsys):
    file = tmp_path / 'a.log'
    child = get_logger(f'{name}.child')
    for _ in range(2):
        logger = get_logger(name, file)
        get_logger(f'{name}.child', str(file))
    logger.info('one')
    child.info('two')
    assert capsys.readouterr().err.count('\n') == 2
    assert len(file.read_text().splitlines()) == 2


def test_a_console_of_the_root_logger_is_enough(name, capsys):
    root = logging.StreamHandler()
    logging.getLogger().addHandler(root)
    try:
        get_logger(name).info('hello')
    finally:
        logging.getLogger().removeHandler(root)
    assert capsys.readouterr().err == 'hello\n'


def test_later_call_adds_a_file_and_keeps_the_level(name, tmp_path):
    get_logger(name, log_level='WARNING')
    logger = get_logger(name, tmp_path / 'a.log', log_level=logging.DEBUG)
    logger.info('no')
    logger.warning('yes')
    assert (tmp_path / 'a.log').read_text().endswith('yes\n')
    assert 'no' not in (tmp_path / 'a.log').read_text()


def test_file_mode(name, tmp_path):
    (tmp_path / 'a.log').write_text('before\n')
    get_logger(name, tmp_path / 'a.log', file_mode='a').info('after')
    assert (tmp_path / 'a.log').read_text().startswith('before\n')


def test_other_ranks_show_errors_only(name, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('RANK', '1')
    logger = get_logger(name, tmp_path / 'a.log')
    logger.warning('quiet')
    logger.error('loud')
    assert capsys.readouterr().err.endswith('ERROR - loud\n')
    assert not (tmp_path / 'a.log').exists()


def test_print_log(name, capsys):
    print_log('printed')
    print_log('dropped', 'silent')
    print_log('by name', name)
    print_log('by logger', logging.getLogger(name), logging.WARNING)
    out, err = capsys.readouterr()
    assert out == 'printed\n'
    assert [line.split(' - ')[1:] for line in err.splitlines()] == [
        [name, 'INFO', 'by name'], [name, 'WARNING', 'by logger']]
    with pytest.raises(TypeError, match='5'):
        print_log('x', 5)


def test_root_name(capsys):
    before = list(logging.getLogger().handlers)
    print_log('hello', 'root', logging.ERROR)
    assert capsys.readouterr().err.count('hello') == 1
    for handler in set(logging.getLogger().handlers) - set(before):
        logging.getLogger().removeHandler(handler)
    logger_initialized.pop('root')


def test_a_level_in_the_place_of_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logger = get_logger('a logger by its level', 'WARNING')
    assert logger.level == logging.WARNING
    assert not list(tmp_path.iterdir())
