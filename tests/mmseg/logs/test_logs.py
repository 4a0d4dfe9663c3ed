"""Curves of several training logs: what is drawn, what is said, and one line for what is not there."""

import json
from pathlib import Path

import cv2
import pytest

from mmcv.utils import ConfigError
from mmseg.logs import read_run
from mmseg.logs.runs import read_runs
from mmseg.logs.summary import table


def write_log(path, offset=0.0):
    """Four training lines of two losses, and a validation after every second one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [{'env_info': 'none', 'seed': 0}]
    for step in range(10, 50, 10):
        lines.append({'mode': 'train', 'epoch': 1, 'iter': step, 'lr': 0.01, 'loss': 5 - step / 10 + offset})
        if step % 20 == 0:
            lines.append({'mode': 'val', 'epoch': 1, 'iter': 5, 'lr': 0.01, 'mIoU': 0.3 + offset - step / 1000})
    path.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    return path


def test_a_validation_stands_at_the_step_before_it(tmp_path):
    curve = read_run(str(write_log(tmp_path / 'a.log.json'))).curve('mIoU')
    assert [place for place, _ in curve.points] == [20, 40]
    assert curve.unit == 'iteration'
    assert curve.best == (20, pytest.approx(0.28))


def test_the_best_loss_is_the_lowest(tmp_path):
    assert read_run(str(write_log(tmp_path / 'a.log.json'))).curve('loss').best == (40, 1.0)


def test_no_learning_rate_is_best(tmp_path):
    curve = read_run(str(write_log(tmp_path / 'a.log.json'))).curve('lr')
    assert curve.best is None
    assert str(table([curve])).splitlines()[3].split() == ['|', str(tmp_path / 'a.log.json'), '|', 'lr', '|', '|', '|',
                                                           '0.01', '|']


@pytest.mark.parametrize(('paths', 'names'), [
    (['a/20261128_165256.log.json', 'b/20261128_170057.log.json'], ['a', 'b']),
    (['a/20261128_165256.log.json'], ['a']),
    (['a/20261128_165256.log.json', 'a/20261128_170057.log.json'],
     ['20261128_165256.log.json', '20261128_170057.log.json']),
    (['20261128_165256.log.json'], ['20261128_165256.log.json']),
    (['x/a/20261128_165256.log.json', 'y/a'], ['x/a', 'y/a']),
    (['a/mine.log.json', 'b/mine.log.json'], ['a/mine.log.json', 'b/mine.log.json']),
])
def test_runs_are_not_named_by_the_time_of_their_log(paths, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in paths:
        write_log(Path(path if path.endswith('.json') else f'{path}/1.log.json'))
    assert [run.name for run in read_runs(paths)] == names


def test_a_work_directory_is_one_run_with_its_resumes(tmp_path):
    write_log(tmp_path / '1.log.json')
    later = [{'mode': 'train', 'epoch': 1, 'iter': step, 'loss': 9.0} for step in (40, 50)]
    (tmp_path / '2.log.json').write_text('\n'.join(map(json.dumps, later)))
    points = read_run(str(tmp_path)).curve('loss').points
    assert points == [(10, 4), (20, 3), (30, 2), (40, 9), (50, 9)]


def test_a_key_that_is_not_there_names_the_nearest(tmp_path):
    path = write_log(tmp_path / 'a.log.json')
    with pytest.raises(ConfigError, match=r'a\.log\.json: no mIou was logged.*mIoU'):
        read_run(str(path)).curve('mIou')


def test_several_runs_in_one_picture(tmp_path, call_tool):
    pytest.importorskip('matplotlib')
    write_log(tmp_path / 'one' / 'a.log.json')
    write_log(tmp_path / 'two' / 'a.log.json', offset=0.1)
    done = call_tool('analyze_logs', 'one/a.log.json', 'two', '--keys', 'mIoU', 'loss', '--title', 'both', '--style',
                     'whitegrid', '--out', 'curves.png', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'save curve to: curves.png' in done.stdout
    rows = [line.split('|')[1:-1] for line in done.stdout.splitlines() if line.startswith('|')]
    assert [[cell.strip() for cell in row] for row in rows[1:]] == [
        ['a.log.json', 'mIoU', '0.28', 'iteration 20', '0.26'], ['a.log.json', 'loss', '1', 'iteration 40', '1'],
        ['two', 'mIoU', '0.38', 'iteration 20', '0.36'], ['two', 'loss', '1.1', 'iteration 40', '1.1']]
    assert cv2.imread(str(tmp_path / 'curves.png')).std() > 5


@pytest.mark.parametrize(('arguments', 'message'), [
    (['missing.log.json'], 'missing.log.json'),
    (['.'], 'there is no .log.json'),
    (['a.txt'], 'a.txt: give the .log.json of a run'),
    (['a.log.json', '--keys', 'nothing'], 'no nothing was logged'),
    (['a.log.json', '--legend', 'x', 'y'], '--legend has 2 texts for 1 curves'),
    (['a.log.json', '--style', 'darkgri'], '--style darkgri: no such style (did you mean darkgrid?)'),
])
def test_what_is_wrong_is_one_line(arguments, message, tmp_path, call_tool):
    pytest.importorskip('matplotlib')
    write_log(tmp_path / 'a.log.json').with_name('a.txt').touch()
    (tmp_path / 'empty').mkdir()
    done = call_tool('analyze_logs', *[word if word != '.' else 'empty' for word in arguments], cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
    assert 'Traceback' not in done.stderr
