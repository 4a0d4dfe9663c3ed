"""The commands are the scripts of tools/, from any folder and of an installed package."""

import subprocess
import sys
from pathlib import Path

import pytest

from mmseg.__main__ import commands, main

ROOT = Path(__file__).resolve().parents[2]


def test_every_script_is_a_command():
    scripts = {path.stem.replace('_', '-') for path in (ROOT / 'tools').glob('*.py')}
    assert set(commands()) == scripts - {'launch'}
    assert scripts > {'train', 'test', 'predict', 'doctor', 'new-config', 'report', 'serve', 'print-config'}


def test_the_list_says_what_each_is_for(capsys):
    main([])
    out = capsys.readouterr().out
    assert out.startswith('Example: mmseg train')
    assert all(f'  {name} ' in out for name in commands())
    assert '  train                Train a segmentor\n' in out


def test_an_unknown_command_is_one_line(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['trian'])
    assert ended.value.code == 2
    assert capsys.readouterr().err == 'error: trian: no such command (did you mean train?)\n'


@pytest.mark.parametrize('name', ['print-config', 'print_config'])
def test_a_command_is_given_its_arguments_and_its_code_is_passed_on(name, tmp_path, monkeypatch):
    monkeypatch.setenv('PYTHONPATH', str(ROOT))
    found = subprocess.run([sys.executable, '-m', 'mmseg', name, 'pspnet_r18-d8_demo', '--cfg-options', 'seed=7'],
                           cwd=tmp_path, capture_output=True, text=True, check=True)
    assert 'seed = 7' in found.stdout
    wrong = subprocess.run([sys.executable, '-m', 'mmseg', name, 'no_such_config'], cwd=tmp_path, capture_output=True,
                           text=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith('error: no_such_config: no such config')


def test_help_begins_with_an_example(monkeypatch, capsys):
    for argv in (['train', '--help'], ['browse', '-h']):
        monkeypatch.setattr('runpy.run_path', lambda path, run_name: None)
        monkeypatch.setattr(sys, 'argv', list(sys.argv))
        main(argv)
        assert capsys.readouterr().out.startswith(f'Example: mmseg {argv[0]} CONFIG')
