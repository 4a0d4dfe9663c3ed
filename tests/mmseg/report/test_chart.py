"""Coordinates and texts of the charts."""

import math

import pytest
from drawn_runs import entries

from mmseg.report.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, line_chart, thinned, ticks
from mmseg.report.curves import charts_of, charts_of_runs, pace
from mmseg.report.words import duration


@pytest.mark.parametrize(('low', 'high', 'expected'), [
    (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.31, 0.69, [0.3, 0.4, 0.5, 0.6, 0.7]), (3, 47, [0, 10, 20, 30, 40, 50]),
    (-2e-5, 2e-5, [-2e-5, -1e-5, 0, 1e-5, 2e-5])])
def test_ticks_are_round_and_enclose_the_values(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


def test_long_lines_are_averaged():
    line = thinned([(i, i % 2) for i in range(1000)])
    assert len(line) == 250
    assert line[0] == (3, 0.5)
    assert line[-1] == (999, 0.5)
    assert thinned([(1, 5)]) == [(1, 5)]
    assert thinned([]) == []


def test_points_lie_inside_of_the_frame():
    lines = [('a', [(10, 3.0), (20, 1.0), (30, math.nan)]), ('b', []), ('c', [(15, 2.0)])]
    chart = line_chart('Loss', 'iteration', lines)
    assert [line['name'] for line in chart['lines']] == ['a', 'c']
    assert chart['lines'][0]['dots'] == [(LEFT, TOP), (WIDTH - RIGHT, HEIGHT - BOTTOM)]
    assert chart['lines'][1]['dots'][0][0] == (LEFT + WIDTH - RIGHT) / 2
    assert chart['alt'] == 'a from 3 at iteration 10 to 1 at 20; c 2 at iteration 15'
    assert [text for _, text in chart['y_ticks']] == ['1', '1.5', '2', '2.5', '3']


@pytest.mark.parametrize('value', [0.0, 0.25, -3.0, 1e-12, 1e12])
def test_a_line_of_one_value(value):
    chart = line_chart('x', 'iteration', [('a', [(1, value), (2, value)])], percent=True)
    y = chart['lines'][0]['dots'][0][1]
    assert TOP <= y <= HEIGHT - BOTTOM


def test_nothing_to_draw():
    assert line_chart('x', 'iteration', [('a', []), ('b', [(1, math.inf)])]) is None


def test_the_charts_of_a_run():
    titles = [chart['title'] for chart in charts_of(list(entries()))]
    assert titles == ['Loss', 'Validation', 'Learning rate', 'Share of waiting for data', 'Seconds per iteration',
                      'Peak memory, MB']
    assert charts_of([]) == []


def test_the_charts_of_several_runs_have_a_line_each():
    loss, miou = charts_of_runs({'one': list(entries()), 'two': list(entries(loss=3, miou=0.6))})
    assert [line['name'] for line in loss['lines']] == [line['name'] for line in miou['lines']] == ['one', 'two']
    assert miou['last'] == ('60', ['40 %', '60 %'])


def test_what_a_run_has_taken():
    assert pace(list(entries())) == {'Seconds per iteration': '0.500', 'Waiting for data': '20.0 %',
                                     'Training so far': '30 s', 'Peak memory': '506 MB'}
    assert pace([]) == {}


@pytest.mark.parametrize(('seconds', 'words'), [
    (0, '0 s'), (59.2, '1 min 0 s'), (61, '1 min 1 s'), (3600, '1 h'), (7265, '2 h 1 min'), (90000, '1 d 1 h')])
def test_durations(seconds, words):
    assert duration(seconds) == words
