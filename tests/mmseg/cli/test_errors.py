"""What the commands make of errors."""

import argparse

import pytest

from mmseg.cli import run_tool
from mmseg.labels import DataError


@pytest.mark.parametrize('error', [TypeError, ValueError, RuntimeError])
def test_an_error_in_a_users_code_has_its_line(capsys, error):
    def hook(args):
        raise error('a hook')

    with pytest.raises(SystemExit) as raised:
        run_tool(hook, argparse.Namespace(debug=False))
    told = capsys.readouterr().err
    assert raised.value.code == 2
    assert told.startswith(f'error: {error.__name__}: a hook (')
    assert 'test_errors.py:' in told
    assert told.endswith(": raise error('a hook'))\n")
    with pytest.raises(error, match='a hook'):
        run_tool(hook, argparse.Namespace(debug=True))


def test_debug_shows_the_traceback_of_the_worker(capsys):
    failed = DataError('a.png: a transform')
    failed.worker_traceback = 'in the worker'

    def tool(args):
        raise failed

    with pytest.raises(DataError):
        run_tool(tool, argparse.Namespace(debug=True))
    assert 'in the worker' in capsys.readouterr().err
