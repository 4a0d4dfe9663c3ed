"""What processes know of each other; a whole job that loses one is in tests/faults/test_ranks.py."""

import time

import pytest
import torch.distributed

from mmcv import dist, watchdog
from mmcv.watchdog import Watchdog


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def pair(monkeypatch):
    """Two watchdogs of one job with a patience of 2.7 s, and what they wanted to end it for."""
    ended = []
    monkeypatch.setattr(Watchdog, '_end_without', lambda self, silent: (
        ended.append((self.rank, silent)), self._stopping.set()))
    store = torch.distributed.TCPStore('127.0.0.1', 0, is_master=True, wait_for_workers=False)
    dogs = [Watchdog(store, rank, 2, timeout=3) for rank in range(2)]
    yield dogs, ended
    for dog in dogs:
        dog._stopping.set()


def test_says_what_the_others_do(pair):
    dogs, ended = pair
    for dog in dogs:
        dog.note(f'loading iteration {5 + dog.rank}')
        dog.start()
    wait_until(lambda: 'loading iteration 6 for' in dogs[0].describe())
    assert 'on ' in dogs[0].describe()
    assert 'rank 1 (process' in dogs[0].describe()
    assert ended == []


def test_who_takes_leave_is_not_missed(pair):
    dogs, ended = pair
    for dog in dogs:
        dog.start()
    wait_until(lambda: 'rank 1 (process' in dogs[0].describe())
    dogs[1].stop()
    time.sleep(dogs[0].patience + 1)
    assert ended == []
    assert 'rank 1 (left)' in dogs[0].describe()


def test_may_leave_at_once(pair, monkeypatch):
    """As a process does that finds a mistake in its config; its threads may not have run yet."""
    monkeypatch.setattr(Watchdog, 'run', lambda self: None)
    pair[0][0].start()
    pair[0][0].stop()
    assert pair[0][0].store.get('life/0') == b'left'


def test_who_falls_silent_is(pair):
    dogs, ended = pair
    for dog in dogs:
        dog.start()
    wait_until(lambda: 'rank 1 (process' in dogs[0].describe())
    dogs[1]._stopping.set()
    wait_until(lambda: ended)
    assert ended == [(0, [1])]


def test_a_job_that_was_suspended_goes_on(pair, monkeypatch):
    dogs, ended = pair
    real, jump = time.monotonic, [0]
    monkeypatch.setattr(watchdog.time, 'monotonic', lambda: real() + jump[0])
    for dog in dogs:
        dog.start()
    wait_until(lambda: 'rank 1 (process' in dogs[0].describe())
    jump[0] = 100
    time.sleep(1)
    assert ended == []


def test_nothing_alone():
    dist.note_activity('anything')
    assert dist.describe_others() == ''
