"""tools/env.sh, the set-up, with interpreters that only pretend: which is chosen, what is installed, what is said."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_a_complete_python_is_used_as_it_is(checkout):
    python = checkout.add_python()
    assert checkout.set_up(EXTENSION='yes') == (0, str(python), [])
    assert checkout.called() == []
    assert not (checkout.root / '.venv').exists()


def test_python_of_the_environment_goes_first(checkout):
    checkout.add_python()
    mine = checkout.add_python(folder=checkout.root / 'my env' / 'bin')
    assert checkout.set_up(EXTENSION='yes', PYTHON=str(mine)) == (0, str(mine), [])


def test_a_bare_machine_gets_an_environment_and_the_next_start_says_nothing(checkout):
    checkout.add_python(lacks='torch numpy')
    code, python, said = checkout.set_up()
    assert (code, python) == (0, str(checkout.root / '.venv' / 'bin' / 'python'))
    assert checkout.called() == ['venv', 'pip', 'build']
    assert any('with Python 3.11.0 and installing requirements.txt' in line for line in said)
    assert checkout.set_up(EXTENSION='yes') == (0, python, [])
    assert checkout.called() == ['venv', 'pip', 'build']


def test_what_a_python_with_torch_lacks_is_named(checkout):
    checkout.add_python(lacks='prettytable')
    _, python, said = checkout.set_up(EXTENSION='yes')
    assert python.endswith('.venv/bin/python')
    assert 'has torch, but not: prettytable; using' in said[0]


def test_an_environment_that_the_user_filled_is_left_alone(checkout):
    checkout.add_python(lacks='torch')
    mine = checkout.add_python(name='python', folder=checkout.root / '.venv' / 'bin')
    assert checkout.set_up(EXTENSION='yes') == (0, str(mine), [])
    assert checkout.called() == []


def test_changed_requirements_are_installed_without_a_new_environment(checkout):
    checkout.add_python(lacks='torch')
    checkout.set_up(EXTENSION='yes')
    (checkout.root / 'requirements.txt').write_text('torch>=2.10\nnumpy\n')
    _, _, said = checkout.set_up(EXTENSION='yes')
    assert checkout.called() == ['venv', 'pip', 'pip']
    assert 'up to date with requirements.txt' in said[0]


@pytest.mark.parametrize(('error', 'advice'), [
    ('Failed to establish: NewConnectionError', 'could not reach its package index: connect this machine'),
    ('No space left on device', 'mend that and start again'),
])
def test_a_failure_shows_its_last_lines_and_is_repaired_by_the_next_start(error, advice, checkout):
    checkout.add_python(lacks='torch')
    code, _, said = checkout.set_up(EXTENSION='yes', PIP_ERROR=error)
    assert code == 1
    assert said[-2] == error
    assert advice in said[-1]
    assert checkout.set_up(EXTENSION='yes')[0] == 0
    assert checkout.called() == ['venv', 'pip'] * 2


def test_an_interrupted_set_up_is_repaired(checkout):
    checkout.add_python(lacks='torch')
    process = checkout.start(EXTENSION='yes', PIP_SECONDS='30')
    while 'pip' not in checkout.called():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)  # as Ctrl-C does: pip as well
    process.communicate()
    (checkout.root / '.venv' / 'bin' / 'lacks').write_text('numpy')
    assert checkout.set_up(EXTENSION='yes')[0] == 0
    assert checkout.called() == ['venv', 'pip'] * 2


def test_of_two_set_ups_at_once_one_waits(checkout):
    checkout.add_python(lacks='torch')
    processes = [checkout.start(PIP_SECONDS='1', EXTENSION='yes') for _ in range(2)]
    said = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert checkout.called() == ['venv', 'pip']
    assert sum('another set-up of this checkout is running' in text for text in said) == 1


def test_without_compiled_operators_it_goes_on_and_says_why(checkout):
    checkout.add_python()
    code, _, said = checkout.set_up(BUILD_ERROR='error: mmcv._ext: no C++ compiler found')
    assert code == 0
    assert said[-1].endswith('going on without the compiled operators, slower: '
                             'error: mmcv._ext: no C++ compiler found')


def test_says_how_long_the_compiled_operators_take(checkout):
    checkout.add_python()
    _, _, said = checkout.set_up()
    assert [line.partition('] ')[2] for line in said[1:]] == [
        'mmcv._ext: 23 files on 2 cores, about 25 s', 'mmcv._ext: built']


class TestSizeOfTheEnvironment:

    def said(self, checkout, **environment):
        checkout.add_python(lacks='torch numpy')
        return checkout.set_up(EXTENSION='yes', OSTYPE='linux-gnu', **environment)[2][0]

    def test_without_a_driver_the_way_to_the_small_one_is_said_beforehand(self, checkout):
        said = self.said(checkout)
        assert 'about 6 GB' in said
        assert '5 GB of it are CUDA' in said
        assert 'no NVIDIA driver' in said
        assert 'start again with TORCH_INDEX_URL=ADDRESS' in said

    def test_with_a_driver(self, checkout):
        (checkout.bin / 'nvidia-smi').symlink_to('/bin/true')
        assert 'requirements.txt, about 6 GB and some minutes (log: ' in self.said(checkout)

    def test_torch_comes_from_where_the_user_says(self, checkout):
        assert 'torch from file:///wheels; about 1 GB' in self.said(checkout, TORCH_INDEX_URL='file:///wheels')
        first, second = Path(f'{checkout.calls}.pip').read_text().splitlines()
        assert first.endswith('--index-url file:///wheels torch torchvision')
        assert second.endswith('-r ' + str(checkout.root / 'requirements.txt'))


@pytest.mark.parametrize(('python', 'message'), [
    (None, 'no Python 3.10 to 3.13 that can make an environment was found: install one'),
    ('/nowhere/python3', 'error: PYTHON=/nowhere/python3 is no program'),
])
def test_no_python_is_one_clear_line(python, message, checkout):
    code, _, said = checkout.set_up(**({'PYTHON': python} if python else {}))
    assert code == 1
    assert len(said) == 1
    assert message in said[0]


@pytest.mark.parametrize(('script', 'args'), [
    ('train.sh', []), ('train_dist.sh', ['config']), ('tools/dist_test.sh', ['config', 'checkpoint']),
    ('tools/slurm_train.sh', ['partition', 'job']), ('tools/slurm_test.sh', ['partition', 'job', 'config']),
])
def test_scripts_say_how_they_are_used(script, args):
    done = subprocess.run(['bash', ROOT / script, *args], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith('usage: ')
