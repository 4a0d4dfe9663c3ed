"""Every command from any folder, and at once where nothing is to be done."""

import argparse
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mmseg.commands import COMMANDS, SYNONYMS, main

ROOT = Path(__file__).resolve().parents[2]
TAKE_TIME = {'cv2', 'matplotlib', 'numpy', 'PIL', 'prettytable', 'torch'}
CALLED = """
import sys
from mmseg.commands import main
try:
    main({words!r})
finally:
    print('modules:', *sys.modules)
"""


def call(words, cwd=ROOT):
    """What ``mmseg WORDS`` says in a fresh process, its exit code, and the modules that it has loaded."""
    done = subprocess.run([sys.executable, '-c', CALLED.format(words=list(words))], cwd=cwd, capture_output=True,
                          text=True, check=False)
    said, _, modules = done.stdout.rpartition('modules:')
    return said + done.stderr, done.returncode, set(modules.split())


def test_every_script_is_a_command_and_every_command_has_a_script():
    scripts = {path.stem: path.read_text() for path in (ROOT / 'tools').glob('*.py')}
    run_by = {name: re.findall(r"^    run\('(.+)'\)$", text, re.MULTILINE) for name, text in scripts.items()}
    assert run_by.pop('launch') == []
    assert sorted(run_by.values()) == sorted([name] for name in COMMANDS)
    assert all(SYNONYMS.get(script := name.replace('_', '-'), script) == key for name, (key,) in run_by.items())


def test_the_list_says_what_each_is_for():
    said, code, modules = call([])
    assert said.startswith('Example: mmseg train')
    assert all(re.search(rf'^  {name} +\S+', said, re.MULTILINE) for name in COMMANDS)
    assert '  train                Train a segmentor\n' in said
    assert (code, modules & TAKE_TIME) == (0, set())


@pytest.mark.parametrize(('word', 'hint'), [
    ('trian', '(did you mean train?)'), ('browse-datset', '(did you mean browse-dataset?)'),
    ('x', '(there are train, test, predict, '),
])
def test_an_unknown_command_is_one_line(word, hint):
    said, code, modules = call([word])
    assert said.startswith(f'error: {word}: no such command {hint}')
    assert said.count('\n') == 1
    assert (code, modules & TAKE_TIME) == (2, set())


@pytest.mark.parametrize('name', COMMANDS)
def test_help_opens_with_an_example_and_loads_nothing_that_takes_time(name):
    said, code, modules = call([name, '--help'])
    assert said.startswith(f'Example: mmseg {name} {COMMANDS[name].example}\n\nusage: mmseg {name} [-h]')
    assert (code, modules & TAKE_TIME) == (0, set())


@pytest.mark.parametrize('name', COMMANDS)
def test_examples_can_be_read(name, monkeypatch):
    words = shlex.split(COMMANDS[name].example)
    monkeypatch.setattr(sys, 'argv', [name, *words])
    parser = argparse.ArgumentParser()
    importlib.import_module(COMMANDS[name].module).add_arguments(parser)
    assert hasattr(parser.parse_args(words), 'debug')


@pytest.mark.parametrize(('words', 'message'), [
    (['train'], 'error: the following arguments are required: config; see mmseg train --help'),
    (['train', 'a.py', '--sed', '1'], 'error: unrecognized arguments: --sed 1 (did you mean --seed?); see'),
    (['train', 'a.py', '--options', 'a=1', '--cfg-options', 'a=1'], 'error: --options and --cfg-options are one'),
    (['test', 'a.py', 'b.pth'], 'error: nothing to do: give at least one of --eval, --out'),
    (['test', 'a.py', 'b.pth', '--eval', 'mIoU', '--format-only'], 'error: --eval needs labels and --format-only is'),
    (['test', 'a.py', 'b.pth', '--show', '--opacity', '2'], 'error: --opacity 2.0: has to be in (0, 1]'),
    (['predict', 'a.pth'], 'error: give [CONFIG] CHECKPOINT INPUT [INPUT ...]: an input'),
    (['serve', 'a.py'], 'error: a.py: no checkpoint'),
    (['doctor'], 'error: give a folder or a config, or both --img-dir and --ann-dir'),
    (['doctor', 'no/folder'], 'error: no/folder: there is no such folder'),
    (['new-config', 'a', '--img-dir', 'b'], 'error: give either DIR, or --img-dir and --ann-dir'),
    (['new-config', 'a', '--out', 'b'], 'error: --out b: a config ends in .py'),
    (['browse', 'a.py', '--times', '0'], 'error: --times is 0: it must be positive'),
    (['benchmark', 'op'], "argument suite: invalid choice: 'op'"),
    (['benchmark', 'model', '--size', '0', '9'], 'error: --size is [0, 9]; it must be positive'),
    (['benchmark', 'ops', '--batch', '2', '--device', 'cpu'], 'error: --size and --batch are of model, train, infer'),
    (['benchmark', 'a.py', 'b.pth', '--repeat-times', '0'], 'error: --repeat-times is 0; it must be positive'),
    (['export', 'a.py', 'b.pth', '--int8', '--half'], 'error: --int8 and --half: give one of them'),
    (['publish-model', 'a.py', 'b.pth'], 'error: a.py is a config: name the folder to publish into, --out DIR'),
    (['convert-config', 'a.py', 'b'], 'error: b: name a file ending in .py'),
    (['model-ensemble', '--config', 'a', 'b', '--checkpoint', 'c'], 'error: --config names 2 models and'),
])
def test_wrong_arguments_wait_for_nothing(words, message):
    said, code, modules = call(words)
    assert message in said
    assert said.count('\n') == 1
    assert (code, modules & TAKE_TIME) == (2, set())


def test_threads_are_chosen_before_the_work_begins():
    code = """
import os, sys
import mmseg.cli.train as work
work.main = lambda args: print(args.config, 'torch' in sys.modules, 'MMCV_THREADS' in os.environ)
from mmseg.commands import main
main(['train', 'a.py'])
"""
    done = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == 'a.py False True\n'


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


@pytest.mark.parametrize(('script', 'example'), [
    ('print_config', 'pspnet_r18-d8_demo --origin'), ('browse_dataset', 'pspnet_r18-d8_demo --page samples.html')])
def test_a_script_is_called_by_its_own_name(call_tool, script, example):
    done = call_tool(script, '--help')
    assert done.stdout.startswith(f'Example: python tools/{script}.py {example}\n\n'
                                  f'usage: python tools/{script}.py [-h]')


def test_a_command_in_this_process(capsys, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['mmseg'])
    main(['print-config', 'pspnet_r18-d8_demo'])
    assert "type='PSPHead'" in capsys.readouterr().out
