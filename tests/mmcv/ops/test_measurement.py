"""The ways to convolve are timed once per machine; whatever becomes of the file, the times are there."""

import json
import logging
import os
import subprocess
import time

import pytest
import torch
from preloaded import preloaded_python

from mmcv.ops import _load, measurement
from mmcv.ops.measurement import Way, kept_at, machine, measure, times_of, ways

FIXED = measurement.FIXED


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """An empty cache, and a clock that counts: every measurement is noted."""
    monkeypatch.setenv('MMCV_HOME', str(tmp_path))
    monkeypatch.setattr('mmcv.ops.measurement.measure', lambda work: calls.append(work) or dict(MADE))
    measurement._KNOWN.clear()
    yield (calls := [])
    measurement._KNOWN.clear()


MADE = {way: [(1.0 + number, 0.25), (0.5 + number, 0.125)] for number, way in enumerate(ways('inference'))}


def another_process():
    measurement._KNOWN.clear()


def test_measured_once_and_then_read(measured, tmp_path):
    first = times_of('inference')
    assert times_of('inference') is first
    another_process()
    assert times_of('inference') == first == MADE
    assert measured == ['inference']
    assert [path.parent for path in tmp_path.rglob('*.json')] == [tmp_path / 'speed']
    assert all(isinstance(way.winograd, bool) or way.winograd == 4 for way in times_of('inference'))


@pytest.mark.parametrize('key', ['processor', 'instructions', 'threads', 'torch', 'operators', 'multiplies bfloat16'])
def test_another_machine_measures_for_itself(measured, monkeypatch, key):
    times_of('inference')
    changed = {**machine(), key: 'another'}
    another_process()
    monkeypatch.setattr('mmcv.ops.measurement.machine', lambda: changed)
    times_of('inference')
    assert measured == ['inference'] * 2


def test_another_number_of_threads_measures_for_itself(measured, monkeypatch):
    times_of('inference')
    monkeypatch.setattr('torch.get_num_threads', lambda: 77)
    times_of('inference')
    assert measured == ['inference'] * 2


def alter(change):
    def spoil(path):
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))
    return spoil


@pytest.mark.parametrize('spoil', [
    lambda path: path.write_text(''),
    lambda path: path.write_text('[]'),
    lambda path: path.write_text('{"machine": 1}'),
    lambda path: path.write_bytes(b'\xff\xfe\0'),
    lambda path: path.write_text(path.read_text()[:100]),
    alter(lambda content: content['machine'].update(torch='0.4')),
    alter(lambda content: content['times'].pop()),
    alter(lambda content: content['times'][0][1][0].append(0.5)),
    alter(lambda content: content['times'][0][1][1].__setitem__(0, float('nan'))),
    alter(lambda content: content['times'][0][1][1].__setitem__(1, -1.0)),
    alter(lambda content: content['times'][0][1].pop()),
    alter(lambda content: content['times'][0].__setitem__(0, [1, 2, 3, 4])),
    alter(lambda content: content.update(times=3)),
    alter(lambda content: content['times'][0][1][0].__setitem__(0, 10**400)),
    lambda path: path.write_text('[' * 100_000),
    lambda path: (path.unlink(), path.mkdir()),
])
def test_a_file_that_is_damaged_or_foreign_is_measured_anew_and_said_in_a_line(measured, spoil, caplog):
    times_of('inference')
    spoil(kept_at('inference'))
    another_process()
    with caplog.at_level(logging.WARNING, 'mmcv'):
        assert times_of('inference') == MADE
    assert measured == ['inference'] * 2
    assert len(caplog.messages) in (1, 2)  # one that cannot be replaced either is said, too
    assert all(str(kept_at('inference')) in line and '\n' not in line for line in caplog.messages)
    assert 'measuring again' in caplog.messages[0]


def test_a_folder_that_cannot_be_written_is_no_error(measured, tmp_path, monkeypatch, caplog):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('MMCV_HOME', str(tmp_path / 'file'))
    with caplog.at_level(logging.WARNING, 'mmcv'):
        assert times_of('inference') == times_of('inference') == MADE
    assert measured == ['inference']
    assert len(caplog.messages) == 1
    assert 'forgotten' in caplog.messages[0]


def test_measured_anew_if_asked(measured):
    times_of('inference')
    assert times_of('inference', anew=True) is times_of('inference')
    assert measured == ['inference'] * 2


PROGRAM = """
import torch
from mmcv.ops import measurement
torch.set_num_threads(1)
measurement._SIDES = {'inference': 4, 'training': 4}
print(sorted(map(str, measurement.times_of('training'))))
"""


def test_two_processes_at_once(tmp_path):
    environment = {**os.environ, 'MMCV_HOME': str(tmp_path), 'OMP_NUM_THREADS': '1'}
    root = _load.build.OPS.parent.parent
    both = [subprocess.Popen([preloaded_python(), '-c', PROGRAM], env=environment, cwd=root, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    (a, said_a), (b, said_b) = (process.communicate(timeout=120) for process in both)
    assert (said_a, said_b) == ('', '')
    assert a == b != ''
    assert len(list((tmp_path / 'speed').iterdir())) == 1


class Clock:
    """Fake times of each way by its ``winograd``, and which ran."""

    def __init__(self, **factors):
        self.factors, self.ran = factors, []

    def __call__(self, way, block):
        self.ran.append((way, block))
        return 0.001 * self.factors.get(str(way.winograd), 1.0) * (1.0 if way.channels_last else 0.8)


@pytest.mark.skipif(_load.EXTENSION is None, reason='without the extension there is one way to do Winograd')
def test_ways_take_turns_and_the_hopeless_are_left_out():
    clock = Clock(**{'False': 2.0})
    times = measure('inference', clock)
    first = clock.ran[:clock.ran.index((FIXED, 'light'), 1)]
    wide, light = ([way for way, block in first if block == name] for name in ('wide', 'light'))
    assert wide == ways('inference')
    assert light == [way for way in wide if way.winograd is True]
    assert {way.winograd for way, seconds in times.items() if len(seconds) == 2} == {False}
    lengths = {len(seconds) for way, seconds in times.items() if way.winograd is not False}
    assert lengths == {max(map(len, times.values()))}
    assert lengths.pop() >= 3


def test_no_round_begins_when_the_time_is_over(monkeypatch):
    now = iter(range(0, 1000, 2))
    monkeypatch.setattr(time, 'perf_counter', lambda: next(now))
    assert {len(seconds) for seconds in measure('training', lambda *_: 0.001).values()} == {3}


def test_the_fixed_way_comes_first_and_training_has_no_large_tiles():
    for work in measurement.WORKS:
        assert ways(work)[0] == FIXED
        assert {Way(channels_last=True), Way()} <= set(ways(work))
        assert len(set(map(repr, ways(work)))) == len(ways(work))
    assert {way.winograd for way in ways('training')} <= {True, False}


def test_half_types_are_tried_where_there_is_an_instruction(monkeypatch):
    for knows, expected in ((True, {None, 'bfloat16'}), (False, {None})):
        monkeypatch.setattr('mmcv.ops.measurement._multiplies_bfloat16', lambda knows=knows: knows)
        assert {way.half for way in ways('inference')} == expected


@pytest.mark.parametrize('work', measurement.WORKS)
def test_blocks_run_in_every_way_and_leave_no_trace(work, monkeypatch):
    monkeypatch.setitem(measurement._SIDES, work, 4)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    with torch.inference_mode(), torch.autocast('cpu', torch.bfloat16):  # of the caller
        times = measure(work)
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.is_autocast_enabled('cpu')
    assert all(len(rounds) >= 2 and min(map(min, rounds)) > 0 for rounds in times.values())
    assert {len(seconds) for rounds in times.values() for seconds in rounds} == {len(measurement.BLOCKS)}
