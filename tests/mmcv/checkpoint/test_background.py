"""Saving in a thread: the same file, in the same order, with no error lost."""

import threading
import time
from collections import OrderedDict

import pytest
import torch
from torch import nn

from mmcv.checkpoint import Writer, to_host, write_checkpoint


def checkpoint():
    """All that a checkpoint may hold: tied and partial tensors, versions of modules, one object in two places."""
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    classes = ('a', 'b')
    whole = torch.arange(10.0)
    return {'state_dict': model.state_dict(), 'optimizer': optimizer.state_dict(),
            'part': whole[2:4], 'view': whole[::2],
            'meta': {'CLASSES': classes, 'again': classes, 'list': [1, 2.5, None, {'x': True}]}}


def test_a_copy_is_the_same_file_to_the_bit(tmp_path):
    torch.manual_seed(0)
    content = checkpoint()
    copied = to_host(content, copies=True)
    assert type(copied['state_dict']) is OrderedDict
    assert copied['state_dict']._metadata == content['state_dict']._metadata
    for name, value in (('direct', content), ('kept', to_host(content, copies=False)), ('copied', copied)):
        write_checkpoint(value, tmp_path / name)
    direct = (tmp_path / 'direct').read_bytes()
    assert (tmp_path / 'kept').read_bytes() == direct
    assert (tmp_path / 'copied').read_bytes() == direct


def test_a_copy_does_not_change_afterwards():
    content = checkpoint()
    copied, weight = to_host(content, copies=True), content['state_dict']['0.weight'].clone()
    with torch.no_grad():
        content['state_dict']['0.weight'].zero_()
        content['part'].zero_()
    content['meta']['list'][3]['x'] = False
    assert torch.equal(copied['state_dict']['0.weight'], weight)
    assert copied['part'].tolist() == [2, 3]
    assert copied['view'].tolist() == [0, 2, 4, 6, 8]
    assert copied['meta']['list'][3] == {'x': True}


def test_one_at_a_time_in_order():
    writer, order, running = Writer(), [], threading.Lock()

    def job(number):
        assert running.acquire(blocking=False)
        time.sleep(0.02)
        order.append(number)
        running.release()

    for number in range(3):
        writer.submit(lambda number=number: job(number), background=True)
    writer.submit(lambda: job(3), background=False)
    assert order == [0, 1, 2, 3]


def test_work_goes_on_meanwhile():
    writer, go = Writer(), threading.Event()
    writer.submit(go.wait, background=True)
    assert not go.is_set()
    go.set()
    writer.wait()


@pytest.mark.parametrize('background', [True, False])
def test_an_error_is_raised_once_by_whoever_comes_next(background):
    writer, done = Writer(), []
    writer.submit(lambda: 1 / 0, background=True)
    with pytest.raises(ZeroDivisionError):
        writer.submit(lambda: done.append(1), background)
    assert done == []
    writer.submit(lambda: done.append(2), background)
    writer.wait()
    assert done == [2]
