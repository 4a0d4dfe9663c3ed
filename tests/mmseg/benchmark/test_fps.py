"""``tools/benchmark.py CONFIG CHECKPOINT`` as in 0.x: frames per second, said and left in a json."""

import json

import pytest


def test_speeds_are_said_and_kept(call_tool, demo_config, tmp_path):
    done = call_tool('benchmark', demo_config, 'none.pth', '--images', 7, '--log-interval', 7, '--repeat-times', 2,
                     '--work-dir', 'speed', '--device', 'cpu', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'Done image [7  / 7], fps: ' in done.stdout
    path, = (tmp_path / 'speed').glob('fps_*.json')
    told = json.loads(path.read_text())
    assert told['average_fps'] == pytest.approx((told['overall_fps_1'] + told['overall_fps_2']) / 2, abs=0.02)
    assert told['unit'] == 'img / s'


@pytest.mark.parametrize(('option', 'message'), [
    (['--images', '5'], '--images is 5: the first 5 do not count'),
    (['--repeat-times', '0'], '--repeat-times is 0; it must be positive'),
])
def test_wrong_numbers_are_one_line(option, message, call_tool, demo_config, tmp_path):
    done = call_tool('benchmark', demo_config, 'none.pth', *option, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f'error: {message}\n')
