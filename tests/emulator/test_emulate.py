"""``bash tests/emulate.sh``: every CUDA kernel, without a GPU."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import build
from emulator.mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not build.can_run('plain'), reason='the emulated device takes Linux and GCC')


def emulate(*arguments: str) -> subprocess.CompletedProcess:
    command = ['bash', str(ROOT / 'tests' / 'emulate.sh'), *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, 'PYTHON': sys.executable}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.slow
def test_the_kernels_hold_and_every_mutant_is_caught() -> None:
    done = emulate()
    assert done.returncode == 0, done.stdout


def test_an_unknown_operator_is_one_clear_line() -> None:
    done = emulate('upsample')
    assert done.returncode == 2
    assert 'no operator upsample: use one of carafe, confusion_matrix, ' in done.stdout


def test_there_are_mutants_of_every_operator() -> None:
    assert {mutant.operator for mutant in MUTANTS} == set(build.operators())
    assert len(MUTANTS) >= 30


def test_the_page_says_what_catches_each() -> None:
    page = (ROOT / 'docs' / 'emulator.md').read_text()
    rows = re.findall(r'^\| (\w+) \| (.+?) \| (\w+) \| .+ \|$', page.partition('| --- | --- | --- | --- |')[2], re.M)
    assert sorted(rows) == sorted((mutant.operator, mutant.what, mutant.step) for mutant in MUTANTS)


@pytest.mark.parametrize('mutant', MUTANTS, ids=lambda mutant: f'{mutant.operator}-{mutant.what}'.replace(' ', '_'))
def test_mutants_change_the_sources_as_they_are(mutant: Mutant) -> None:
    text = (build.CSRC / mutant.path).read_text()
    assert mutant.into(mutant.path, text) != text
