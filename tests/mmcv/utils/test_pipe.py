"""``... | head``: programs whose reader has gone end quietly."""

import os
import subprocess
from pathlib import Path

import pytest
from preloaded import preloaded_python

from mmcv.utils.pipe import ends_with_its_reader

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize('command', [
    [str(ROOT / 'tools' / 'print_config.py'), 'pspnet_r18-d8_demo'], ['-m', 'mmcv.ops']])
def test_programs_without_a_reader_end_quietly(command):
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([preloaded_python(), *command], stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    os.close(writer)
    assert ended.stderr == ''
    assert ended.returncode == 141


def test_another_broken_pipe_is_an_error():
    with pytest.raises(BrokenPipeError, match='of a worker'), ends_with_its_reader():
        raise BrokenPipeError('of a worker')


def test_with_a_reader_everything_is_as_usual(capfd):
    with ends_with_its_reader():
        print('read')
    assert capfd.readouterr().out == 'read\n'
