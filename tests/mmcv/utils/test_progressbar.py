"""Progress bars on a terminal and in a log."""

import io
import re

import pytest

from mmcv.utils import ProgressBar, Timer, TimerError, progressbar, track_iter_progress, track_progress
from mmcv.utils.progressbar import track_parallel_progress


class Terminal(io.StringIO):

    def isatty(self):
        return True


def square(x):
    return x * x


def test_terminal_has_one_line_that_is_redrawn():
    file = Terminal()
    bar = ProgressBar(4, bar_width=10, file=file)
    for _ in range(4):
        bar.update()
    frames = file.getvalue().split('\r')[1:]
    assert len(frames) == 5
    assert [frame.count('>') for frame in frames] == [0, 2, 5, 7, 10]
    assert [re.search(r'\d/4', frame)[0] for frame in frames] == ['0/4', '1/4', '2/4', '3/4', '4/4']
    assert file.getvalue().count('\n') == 1
    assert file.getvalue().endswith('\n')


def test_log_has_few_plain_lines():
    file = io.StringIO()
    bar = ProgressBar(1000, file=file)
    for _ in range(1000):
        bar.update()
    lines = file.getvalue().splitlines()
    assert [int(line.split('/')[0]) for line in lines] == list(range(100, 1001, 100))
    assert '\r' not in file.getvalue()


def test_log_says_something_now_and_then(monkeypatch):
    now = iter(range(0, 10**6, 20))
    monkeypatch.setattr(progressbar.time, 'monotonic', lambda: float(next(now)))
    file = io.StringIO()
    bar = ProgressBar(file=file)
    for _ in range(4):
        bar.update()
    assert 0 < len(file.getvalue().splitlines()) <= 4
    assert file.getvalue().startswith('completed: ')


def test_speed_and_time_left(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(progressbar.time, 'monotonic', lambda: clock[0])
    file = io.StringIO()
    bar = ProgressBar(10, file=file)
    clock[0] = 8.0
    bar.update(4)
    assert file.getvalue() == '4/10, 0.5 task/s, elapsed: 8s, ETA:    12s\n'


def test_update_counts_up():
    with pytest.raises(ValueError, match='0'):
        ProgressBar(3, file=io.StringIO()).update(0)


def test_track():
    file = io.StringIO()
    assert track_progress(square, [1, 2, 3], file=file) == [1, 4, 9]
    assert list(track_iter_progress((iter('ab'), 2), file=file)) == ['a', 'b']
    assert '3/3' in file.getvalue()
    assert '2/2' in file.getvalue()
    with pytest.raises(TypeError, match='length'):
        track_progress(square, iter([1]), file=file)


@pytest.mark.parametrize(('keep_order', 'skip_first'), [(True, False), (False, True)])
def test_track_parallel(keep_order, skip_first):
    results = track_parallel_progress(
        str.upper, list('abcdef'), 2, keep_order=keep_order, skip_first=skip_first, file=io.StringIO())
    assert (results if keep_order else sorted(results)) == list('ABCDEF')


def test_timer(monkeypatch, capsys):
    times = iter([1.0, 3.0, 4.0, 5.0, 7.5, 9.0])
    monkeypatch.setattr('time.perf_counter', lambda: next(times))
    timer = Timer()
    assert timer.since_start() == 2.0
    assert timer.since_last_check() == 1.0
    with Timer(print_tmpl='took {:.1f}s') as timer:
        assert timer.is_running
    assert not timer.is_running
    assert capsys.readouterr().out == 'took 1.5s\n'
    with pytest.raises(TimerError, match='start'):
        Timer(start=False).since_start()
