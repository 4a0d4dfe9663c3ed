"""``--local-rank`` of today's launcher, in scripts that know ``--local_rank``."""

import argparse

import pytest

from mmcv.compat.launch_arguments import answer_launchers


@pytest.fixture
def launched(monkeypatch):
    monkeypatch.setattr(argparse.ArgumentParser, 'parse_known_args', argparse.ArgumentParser.parse_known_args)
    monkeypatch.setenv('LOCAL_RANK', '1')
    answer_launchers()


def parser(*names):
    made = argparse.ArgumentParser()
    made.add_argument('config')
    made.add_argument(*names, type=int, default=0)
    return made


@pytest.mark.parametrize('words', [['--local-rank=1', 'a.py'], ['a.py', '--local-rank', '1'], ['--local_rank=1', 'a']])
@pytest.mark.parametrize('names', [['--local_rank'], ['--local_rank', '--local-rank']])
def test_either_spelling_is_taken(words, names, launched):
    assert parser(*names).parse_args(words).local_rank == 1


def test_from_the_command_line(launched, monkeypatch):
    monkeypatch.setattr('sys.argv', ['train.py', '--local-rank=1', 'a.py'])
    assert parser('--local_rank').parse_args().local_rank == 1


def test_a_parser_of_todays_spelling_is_left_alone(launched):
    assert parser('--local-rank').parse_args(['--local-rank=1', 'a.py']).local_rank == 1


def test_without_a_launcher_nothing_changes(monkeypatch):
    monkeypatch.delenv('LOCAL_RANK', raising=False)
    before = argparse.ArgumentParser.parse_known_args
    answer_launchers()
    assert argparse.ArgumentParser.parse_known_args is before
