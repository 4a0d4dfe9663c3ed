"""tests/run.sh: what it hands to pytest."""

import subprocess

import pytest


@pytest.fixture
def run(checkout):
    """``run('quick', '-k', 'x')``: the exit code, and the lines that pytest would have seen."""

    def start(*arguments, lacks_xdist=False, **environment):
        python = checkout.add_python()
        if lacks_xdist:
            (python.parent / 'makes_venvs').unlink()  # then the pretended Python fails at every -c
        done = subprocess.run(
            ['bash', checkout.root / 'tests' / 'run.sh', *arguments], capture_output=True, text=True,
            env={'PATH': str(checkout.bin), 'CALLS': str(checkout.calls), 'EXTENSION': 'yes', **environment})
        return done.returncode, done.stdout.splitlines()

    return start


@pytest.mark.parametrize(('name', 'selection', 'workers'), [
    ([], 'not gpu', 'auto'), (['quick'], 'not slow and not gpu', 'auto'), (['slow'], 'slow and not gpu', 'auto'),
    (['gpu'], 'gpu', '0')])
def test_a_worker_per_core_with_one_thread(run, name, selection, workers):
    code, said = run(*name, '-k', 'word', '--pdb')
    assert code == 0
    assert said == [f'-m {selection} --durations=15 -n {workers} --dist loadscope -k word --pdb', 'threads: 1']


def test_without_xdist_in_one_process(run):
    code, said = run('tests/a.py', lacks_xdist=True)
    assert code == 0
    assert said == ['-m not gpu --durations=15 tests/a.py', 'threads: 2']


def test_threads_are_the_user_s_choice_and_failures_are_told(run):
    code, said = run(OMP_NUM_THREADS='3', PYTEST_CODE='1')
    assert code == 1
    assert said[1] == 'threads: 3'


@pytest.mark.parametrize(('a', 'b', 'together'), [
    ('tests/faults/test_kill.py::test_x', 'tests/integration/test_bad_input.py::test_y[1]', True),
    ('tests/mmcv/test_dist.py::test_three_ranks', 'tests/faults/test_kill.py::test_x', True),  # it takes run_ranks
    ('tests/test_house.py::test_x[a[1]]', 'tests/test_house.py::test_y[a[1]]', True),
    ('tests/test_house.py::test_x[1]', 'tests/test_house.py::test_x[2]', False),
    ('tests/test_house.py::test_x[1]', 'tests/test_imports.py::test_x[1]', False),
    ('tests/test_house.py::test_x', 'tests/test_house.py::test_y', False)])
def test_which_tests_share_a_worker(a, b, together, request):
    conftest = request.config.pluginmanager.get_plugin(str(request.config.rootpath / 'tests' / 'conftest.py'))
    assert (conftest.group_of(a) == conftest.group_of(b)) == together
