"""``tools/benchmark.py`` says in one line what it cannot do, before it measures."""
import subprocess
import sys

import pytest


@pytest.mark.parametrize(('arguments', 'message'), [
    (['--rounds', '0'], '--rounds is 0; it must be positive'),
    (['--threads', '-1'], '--threads is -1; it must be positive'),
    (['--json', 'nowhere/rows.json'], 'there is no folder nowhere'),
    (['--rounds', '1', '--json', '/proc/rows.json'], '/proc/rows.json: No such file'),
    (['--json', '.'], '--json .: this is a folder'),
    (['--json', 'rows.json', '--profile', 'traces'], '--json and --profile: a profile measures nothing'),
    (['--profile', '/dev/null'], '/dev/null: File exists'),
    (['--device', 'cuda', '--against', 'python'], '--device c'),
    (['--rounds', '1', '--only', 'nothing'], '--only nothing: no case has this in its name'),
])
def test_wrong_arguments_are_one_line(arguments, message, request, tmp_path):
    tool = request.config.rootpath / 'tools' / 'benchmark.py'
    command = [sys.executable, str(tool), 'eval', '--device', 'cpu', *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr.splitlines()[-1]
    assert 'Traceback' not in ended.stderr
    assert 'evaluation of a frame' not in ended.stdout


def test_a_suite_without_the_rival_does_not_ignore_it(request, tmp_path):
    tool = request.config.rootpath / 'tools' / 'benchmark.py'
    command = [sys.executable, str(tool), 'ops', '--device', 'cpu', '--against', sys.executable]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 2
    assert '--against: ops is not measured with mmsegmentation 0.30' in ended.stderr.splitlines()[-1]
