"""Several runs on one page: differences with their intervals."""

import math

import numpy as np
import pytest
from drawn_runs import drawn_snapshot, entries

from mmseg.report.comparison import class_rows, comparison_of, config_differences
from mmseg.report.run import read_run


def gains(rows):
    return {row.name: row.gains[0] for row in rows}


def test_a_better_run_has_gained(leave):
    runs = [read_run(leave('first', wrong=0.3)), read_run(leave('second', wrong=0.1))]
    for name, gain in gains(class_rows(runs)).items():
        assert gain.low < gain.value < gain.high, name
        assert gain.low > 0.05
        assert gain.certain


def test_the_images_are_drawn_together(leave):
    """Of two runs that differ in nothing but a pixel the difference is certain, though the images differ widely."""
    runs = [read_run(leave('first')), read_run(leave('second'))]
    for index in runs[1].snapshot.pairs.indices():
        counts = runs[1].snapshot.pairs.of(index)
        counts[0, 0] += 1
        counts[0, 1] -= 1
        runs[1].snapshot.pairs.add(index, counts)
    gain = gains(class_rows(runs))['road']
    alone = runs[0].classes[0].iou
    assert gain.certain
    assert gain.high - gain.low < 0.05 * (alone.high - alone.low)


def test_equal_runs_differ_in_nothing(leave):
    runs = [read_run(leave('first')), read_run(leave('second'))]
    for gain in gains(class_rows(runs)).values():
        assert gain == (0, 0, 0)
        assert not gain.certain


def test_other_images_leave_no_interval(leave):
    other = leave('second', snapshot=False)
    drawn_snapshot(images=11).save(other)
    runs = [read_run(leave('first')), read_run(other)]
    for gain in gains(class_rows(runs)).values():
        assert not math.isnan(gain.value)
        assert math.isnan(gain.low)
    assert 'second was not evaluated on the same images' in ' '.join(comparison_of(runs).split())


def test_runs_with_logs_alone(leave):
    log = list(entries(miou=0.6))
    runs = [read_run(leave('first', snapshot=False)), read_run(leave('second', snapshot=False, log=log))]
    rows = {row.name: row for row in class_rows(runs)}
    assert list(rows) == ['mean', 'road', 'sky']
    assert rows['mean'].gains[0].value == pytest.approx(0.2)
    assert '+20.0' in comparison_of(runs)


def test_a_third_run_has_columns_of_its_own(leave):
    runs = [read_run(leave(name, wrong=wrong)) for name, wrong in (('a', 0.3), ('b', 0.2), ('c', 0.1))]
    for row in class_rows(runs):
        assert [len(row.ious), len(row.gains)] == [3, 2]
        assert np.diff([score.value for score in row.ious]) == pytest.approx(
            [row.gains[0].value, row.gains[1].value - row.gains[0].value])
    page = comparison_of(runs)
    assert page.count('>gain<') == 2


def test_what_the_configs_differ_in(leave):
    runs = [read_run(leave('first', snapshot=False, config="seed = 0\nwork_dir = 'a'\nlr = [1, 2]\n")),
            read_run(leave('second', snapshot=False, config="seed = 1\nwork_dir = 'b'\nlr = [1, 2]\nmore = None\n"))]
    assert config_differences(runs) == [('seed', ['0', '1']), ('more', ['', 'None'])]


def test_a_run_that_left_no_config_differs_in_nothing(leave):
    runs = [read_run(leave('first', snapshot=False, config='seed = 0\nlr = 1\n')),
            read_run(leave('second', snapshot=False, config='seed = 1\nlr = 1\n')),
            read_run(leave('third', snapshot=False, config=''))]
    assert config_differences(runs) == [('seed', ['0', '1', ''])]
    assert 'third left no config' in comparison_of(runs)


def test_folders_of_one_name_are_told_apart(leave):
    one = leave('x/run')
    runs = [read_run(one), read_run(leave('y/run'))]
    assert '>x/run<' in comparison_of(runs)
