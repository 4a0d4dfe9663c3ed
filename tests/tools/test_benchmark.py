"""``tools/benchmark.py`` says in one line what it cannot do, before it measures."""

import sys

import pytest


@pytest.mark.parametrize(('arguments', 'message'), [
    (['--rounds', '0'], '--rounds is 0; it must be positive'),
    (['--threads', '-1'], '--threads is -1; it must be positive'),
    (['--json', 'nowhere/rows.json'], 'there is no folder nowhere'),
    (['--rounds', '1', '--json', '/proc/rows.json'], '/proc/rows.json: No such file'),
    (['--json', '.'], '--json .: this is a folder'),
    (['--json', 'rows.json', '--profile', 'traces'], '--json and --profile: a profile measures nothing'),
    (['--clock', 'cpu'], '--clock cpu: add --device cpu --threads 1'),
    (['--markdown', 'table.md'], '--markdown is of: zoo --against PYTHON'),
    (['--profile', '/dev/null'], '/dev/null: File exists'),
    (['--device', 'cuda', '--against', 'python'], '--device c'),
    (['--rounds', '1', '--only', 'nothing'], '--only nothing: no case has this in its name'),
])
def test_wrong_arguments_are_one_line(arguments, message, call_tool, tmp_path, monkeypatch):
    machine = dict(device='none', threads=1, torch='', matmul_flops_per_s={}, copy_bytes_per_s=0)
    monkeypatch.setattr('mmseg.benchmark.run.describe_machine', lambda device: machine)  # which takes seconds
    ended = call_tool('benchmark', 'eval', '--device', 'cpu', *arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr.splitlines()[-1]
    assert 'Traceback' not in ended.stderr
    assert 'evaluation of a frame' not in ended.stdout


def test_the_zoo_is_not_profiled(call_tool, tmp_path):
    ended = call_tool('benchmark', 'zoo', '--device', 'cpu', '--profile', 'traces', cwd=tmp_path)
    assert ended.returncode == 2
    assert 'zoo is measured on the CPU, in processes of its own' in ended.stderr.splitlines()[-1]


def test_a_suite_without_the_rival_does_not_ignore_it(call_tool, tmp_path):
    ended = call_tool('benchmark', 'ops', '--device', 'cpu', '--against', sys.executable, cwd=tmp_path)
    assert ended.returncode == 2
    assert '--against: ops is not measured with mmsegmentation 0.30' in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize('arguments', [('--clock', 'cpu', '--threads', '1'), ('--threads', '2'), ('--profile', 'dir')])
def test_shared_cores_are_measured_as_they_are(arguments, call_tool, tmp_path):
    ended = call_tool('benchmark', 'shared', '--device', 'cpu', *arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert 'shared is about threads and their waiting' in ended.stderr.splitlines()[-1]
