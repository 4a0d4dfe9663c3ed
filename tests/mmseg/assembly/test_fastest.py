"""Keys that say 'auto' become what was measured, what a GPU wants, or what a resumed run had; others stay."""

import logging

import pytest

from mmcv.config import Config
from mmcv.ops.choice import Choice, choose
from mmcv.ops.measurement import Way
from mmseg.assembly import fastest
from mmseg.assembly.fastest import decided, facts
from mmseg.settings import Settings

FIXED, LAST, TILES, HALF = Way(), Way(True), Way(True, 4), Way(True, True, 'bfloat16')
TIMES = {FIXED: 1.0, LAST: 0.8, Way(False, 4): 0.7, TILES: 0.6, Way(False, True, 'bfloat16'): 0.5, HALF: 0.4}
EVERY = dict(channels_last='auto', winograd='auto', amp=dict(dtype='auto'))


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """What is asked for, of a machine with fixed times; in training Winograd's larger tiles have none."""
    def measured(work, allowed, default):
        calls.append(work)
        return choose({way: [(seconds, 1.0)] * 3 for way, seconds in TIMES.items()
                       if work == 'inference' or way.winograd != 4}, allowed, default)

    calls = []
    monkeypatch.setattr('mmseg.assembly.fastest.fastest', measured)
    monkeypatch.setattr('mmseg.assembly.fastest.FIXED', LAST)
    fastest._say.cache_clear()
    return calls


def settings(**keys):
    return Settings.of(Config({'device': 'cpu', **keys}))


@pytest.mark.parametrize('keys', [dict(winograd='auto'), dict(amp=dict(dtype='auto'))])
def test_a_key_that_says_nothing_goes_on_saying_nothing(keys):
    assert decided(settings(**keys), False).channels_last is None


def test_other_layouts_have_to_beat_maps_that_lie_channels_last(monkeypatch):
    asked = []
    monkeypatch.setattr('mmseg.assembly.fastest.fastest', lambda work, allowed, default: asked.append(
        (set(allowed), default)) or Choice(default, ''))
    decided(settings(channels_last='auto'), False)
    decided(settings(winograd='auto'), False)
    decided(settings(channels_last='auto'), True)
    assert asked == [({FIXED, LAST}, LAST), ({LAST, Way(True, False), TILES}, LAST), ({FIXED, LAST}, LAST)]


def test_the_layout_that_is_fixed_is_left_unsaid(monkeypatch):
    assert decided(settings(channels_last='auto'), False).channels_last is None
    assert decided(settings(**EVERY), False).channels_last is True  # with a half type
    monkeypatch.setattr(fastest, 'FIXED', FIXED)
    assert decided(settings(channels_last='auto'), False).channels_last is True


def way_of(of):
    return tuple(fastest._asked(of, fastest._fixed(of)))


@pytest.mark.parametrize(('keys', 'inference', 'training'), [
    (EVERY, HALF, HALF),
    (dict(channels_last='auto'), LAST, LAST),
    (dict(winograd='auto'), TILES, LAST),
    (dict(channels_last='auto', winograd='auto'), TILES, LAST),
    (dict(channels_last='auto', winograd=4), TILES, (True, 4, None)),
    (dict(channels_last=False, amp=dict(dtype='auto')), (False, True, 'bfloat16'), (False, True, 'bfloat16')),
    (dict(channels_last='auto', amp=dict(dtype='float16')), (True, True, 'float16'), (True, True, 'float16')),
])
def test_what_auto_becomes(keys, inference, training):
    for trains, expected in ((False, inference), (True, training)):
        assert way_of(decided(settings(**keys), trains)) == tuple(expected)


@pytest.mark.parametrize('keys', [
    {}, dict(channels_last=True), dict(winograd=4), dict(winograd=False, amp=dict(dtype='bfloat16')), dict(amp=True)])
def test_nothing_is_measured_and_no_number_changes_where_no_key_says_auto(keys, asked):
    given = settings(**keys)
    assert decided(given, False) is given
    assert decided(given, True, before=pytest.fail) is given
    assert asked == []


def test_other_arguments_of_amp_stay_and_so_does_the_config():
    given = settings(amp=dict(dtype='auto', loss_scale=8.0), channels_last='auto')
    assert decided(given, True).amp == dict(dtype='bfloat16', loss_scale=8.0)
    assert decided(given, True).config == given.config
    assert given.config.channels_last == given.config.amp.dtype == 'auto'


def test_a_decision_is_not_made_twice(asked):
    once = decided(settings(**EVERY), True)
    assert decided(once, False) is once
    assert asked == ['training']


@pytest.mark.parametrize(('keys', 'expected'), [
    (EVERY, (True, True, 'float16')),
    (dict(channels_last='auto', fp16=dict(loss_scale=8.0)), (True, True, None)),
    (dict(channels_last='auto', winograd='auto'), (False, True, None)),
])
def test_a_gpu_goes_by_rule(gpus, asked, monkeypatch, keys, expected):
    gpus(1)
    monkeypatch.setattr('mmseg.assembly.fastest.native_half', {'cuda': 'float16'}.get)
    assert way_of(decided(settings(**{**keys, 'device': 'cuda'}), True)) == expected
    assert asked == []


@pytest.mark.parametrize(('told', 'expected'), [
    (dict(device='cpu', channels_last=False, winograd=True, half=None), FIXED),
    (dict(device='cpu', channels_last=True, winograd=False, half='bfloat16'), (True, False, 'bfloat16')),
    ({}, (False, True, 'of old')),  # a run from before there was a measurement
    (dict(device='cuda', channels_last=False, winograd=True, half='float16'), HALF),  # its bits are lost anyway
])
def test_a_resumed_run_goes_on_as_it_was(told, expected, monkeypatch):
    monkeypatch.setattr('mmseg.assembly.fastest.native_half', lambda kind: 'of old')
    assert way_of(decided(settings(**EVERY), True, before=lambda: told)) == tuple(expected)


def test_what_a_run_tells_brings_its_way_back():
    told = facts(decided(settings(**EVERY), True))
    assert told == dict(device='cpu', channels_last=True, winograd=True, half='bfloat16')
    assert facts(decided(settings(**EVERY), True, before=lambda: told)) == told


def test_keys_win_over_the_run_that_is_resumed():
    told = dict(device='cpu', channels_last=True, winograd=False, half='bfloat16')
    resumed = decided(settings(channels_last=False, winograd='auto'), True, before=lambda: told)
    assert way_of(resumed) == (False, False, None)


def test_the_choice_is_said_once_with_its_reason(caplog, monkeypatch):
    monkeypatch.setattr(fastest, 'FIXED', FIXED)
    with caplog.at_level(logging.INFO, 'mmseg'):
        for _ in range(3):
            decided(settings(channels_last='auto'), True)
    assert caplog.messages == [
        'Speed: channels_last=True, winograd=True: 0.80 (wide), 1.00 (light) of the time of channels_last=False, '
        'winograd=True']


def test_other_ranks_measure_nothing_and_do_what_the_first_one_chose(asked, monkeypatch):
    sent = []
    monkeypatch.setattr('mmcv.dist.broadcast_object', lambda thing: sent.append(thing) or (Way(True, 4), 'rank 0'))
    monkeypatch.setattr('mmcv.dist.is_main', lambda: False)
    assert way_of(decided(settings(**EVERY), False, together=True)) == tuple(TILES)
    assert (sent, asked) == ([None], [])
