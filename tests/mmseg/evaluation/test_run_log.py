"""Logs of a run that was cut off and resumed, read as those of one that was not."""

import json

import pytest

from mmseg.evaluation.run_log import positions, read_log, read_logs, short_names


def train(iteration, loss=1.0, epoch=1):
    return {'mode': 'train', 'epoch': epoch, 'iter': iteration, 'lr': 0.1, 'loss': loss}


def val(miou, epoch=1):
    return {'mode': 'val', 'epoch': epoch, 'iter': 4, 'lr': 0.1, 'mIoU': miou}


def write(folder, *logs):
    for i, log in enumerate(logs):
        lines = [json.dumps(entry) for entry in ({'seed': 1}, *log)]
        (folder / f'20260101_00000{i}.log.json').write_text('\n'.join(lines))


def seen(folder):
    """(place, loss or mIoU) of every entry of the folder's logs."""
    entries = read_logs(folder)
    return [(at, entry.get('loss', entry.get('mIoU'))) for at, entry in zip(positions(entries)[1], entries)]


def test_a_line_cut_off_is_passed_over(tmp_path):
    path = tmp_path / 'a.log.json'
    path.write_text(json.dumps({'seed': 1}) + '\n[]\n' + json.dumps(train(10)) + '\n{"mode": "train", "it')
    assert read_log(path) == [train(10)]


def test_what_is_null_is_as_if_it_were_not_there(tmp_path):
    path = tmp_path / 'a.log.json'
    lines = [{**train(10), 'lr': None}, {**train(20), 'iter': None}, {**train(30), 'iter': '30'}]
    path.write_text('\n'.join(map(json.dumps, lines)))
    assert read_log(path) == [{name: value for name, value in train(10).items() if name != 'lr'}]


def test_a_run_that_went_on_where_it_ended(tmp_path):
    write(tmp_path, [train(10, 5), train(20, 4), val(.1)], [train(30, 3), val(.2)])
    assert seen(tmp_path) == [(10, 5), (20, 4), (20, .1), (30, 3), (30, .2)]


def test_what_was_done_again_counts_once(tmp_path):
    write(tmp_path, [train(10, 5), val(.1), train(20, 4), val(.2), train(30, 9), val(.9), train(40, 9)],
          [train(30, 3), val(.3)], [train(40, 2), val(.4)])
    assert seen(tmp_path) == [(10, 5), (10, .1), (20, 4), (20, .2), (30, 3), (30, .3), (40, 2), (40, .4)]


def test_a_run_that_began_anew_replaces_the_old_one(tmp_path):
    write(tmp_path, [train(10, 9), val(.9), train(20, 9)], [train(10, 5), val(.1)])
    assert seen(tmp_path) == [(10, 5), (10, .1)]


def test_a_run_that_began_anew_at_another_pace(tmp_path):
    write(tmp_path, [train(10, 9), train(20, 9), val(.9), train(30, 9)], [train(50, 5), train(100, 4)])
    assert seen(tmp_path) == [(50, 5), (100, 4)]


def test_several_runs_back(tmp_path):
    """The third log goes on from before the second one began."""
    write(tmp_path, [train(10, 5), train(20, 4), train(30, 9)], [train(40, 9), val(.9)], [train(30, 3)])
    assert seen(tmp_path) == [(10, 5), (20, 4), (30, 3)]


def test_an_evaluation_that_was_made_up_for(tmp_path):
    write(tmp_path, [train(10, 5), val(.1), train(20, 4)], [{**val(.2), 'lr': 0.2}],
          [{**val(.2), 'lr': 0.3}, train(30, 3)])
    assert seen(tmp_path) == [(10, 5), (10, .1), (20, 4), (20, .2), (30, 3)]


def test_logs_that_count_within_epochs(tmp_path):
    first = [train(2, 9, 1), train(4, 8, 1), val(.1, 1), train(2, 7, 2), train(4, 6, 2), val(.2, 2), train(2, 0, 3)]
    write(tmp_path, first, [train(2, 5, 3), train(4, 4, 3), val(.3, 3)])
    assert positions(read_logs(tmp_path))[0] == 'epoch'
    assert seen(tmp_path) == [
        (0.5, 9), (1, 8), (1, .1), (1.5, 7), (2, 6), (2, .2), (2.5, 5), (3, 4), (3, .3)]


def test_one_epoch_per_log(tmp_path):
    write(tmp_path, [train(2, 9, 1), train(4, 8, 1)], [train(2, 7, 2), train(4, 6, 2)])
    assert seen(tmp_path) == [(0.5, 9), (1, 8), (1.5, 7), (2, 6)]


def test_without_a_log(tmp_path):
    with pytest.raises(FileNotFoundError, match='log.json'):
        read_logs(tmp_path)


@pytest.mark.parametrize(('paths', 'names'), [
    (['x/a/1.log.json', 'x/b/1.log.json'], ['a/1.log.json', 'b/1.log.json']),
    (['x/a.json', 'y/b.json'], ['a.json', 'b.json']),
    (['a.json', 'a.json'], ['a.json', 'a.json']),
    (['b/a.json', 'a.json'], ['b/a.json', 'a.json']),
])
def test_names_are_as_short_as_they_tell_runs_apart(paths, names):
    assert short_names(paths) == names
