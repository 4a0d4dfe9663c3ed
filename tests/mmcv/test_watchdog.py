"""What processes know of each other; a whole job that loses one is in tests/faults/test_ranks.py."""

import time

import pytest
import torch.distributed

from mmcv import dist, watchdog
from mmcv.watchdog import Watchdog


@pytest.fixture
def pair(monkeypatch):
    """Two watchdogs of one job with a patience of 0.9 s, and what they wanted to end it for."""
    ended = []
    monkeypatch.setattr(Watchdog, '_end_without', lambda self, silent: (
        ended.append((self.rank, silent)), self._stopping.set()))
    store = torch.distributed.TCPStore('127.0.0.1', 0, is_master=True, wait_for_workers=False)
    dogs = [Watchdog(store, rank, 2, timeout=1) for rank in range(2)]
    yield dogs, ended
    for dog in dogs:
        dog._stopping.set()


def test_says_what_the_others_do(pair):
    dogs, ended = pair
    for dog in dogs:
        dog.note(f'loading iteration {5 + dog.rank}')
        dog.start()
    time.sleep(1)
    assert 'on ' in dogs[0].describe()
    assert 'rank 1 (process' in dogs[0].describe()
    assert 'loading iteration 6 for' in dogs[0].describe()
    assert ended == []


def test_who_takes_leave_is_not_missed(pair):
    dogs, ended = pair
    for dog in dogs:
        dog.start()
    time.sleep(0.5)
    dogs[1].stop()
    time.sleep(1.5)
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
    time.sleep(0.5)
    dogs[1]._stopping.set()
    time.sleep(2)
    assert ended == [(0, [1])]


def test_a_job_that_was_suspended_goes_on(pair, monkeypatch):
    dogs, ended = pair
    real, jump = time.monotonic, [0]
    monkeypatch.setattr(watchdog.time, 'monotonic', lambda: real() + jump[0])
    for dog in dogs:
        dog.start()
    time.sleep(0.5)
    jump[0] = 100
    time.sleep(1)
    assert ended == []


def test_nothing_alone():
    dist.note_activity('anything')
    assert dist.describe_others() == ''
