"""What checkpoints of a run hold, and what another run takes out of them."""

import pytest
import torch
from torch import nn

from mmcv.checkpoint import (
    CheckpointError,
    class_facts,
    named_optimizers,
    ours_only,
    read_checkpoint,
    restore_run,
    save_checkpoint,
    state_of_run,
)
from mmcv.fileio import FileClient
from mmcv.parallel import MMDataParallel


def make(seed=0, kind=torch.optim.SGD):
    """A model that has made a step, and its optimizer."""
    torch.manual_seed(seed)
    model = nn.Linear(2, 3)
    optimizer = kind(model.parameters(), lr=0.5, **({'momentum': 0.9} if kind is torch.optim.SGD else {}))
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return model, optimizer


def state(model, optimizer, **options):
    return state_of_run(model, optimizer, {'seed': 3}, {'iter': 7, 'epoch': 2}, **options)


def test_a_run_goes_on_where_another_stood():
    model, optimizer = make()
    content = state(model, optimizer)
    other, of_other = make(seed=1)
    position = restore_run(content, 'x.pth', MMDataParallel(other), of_other)
    assert (position.iteration, position.epoch, position.hook_msgs, position.remark) == (7, 2, {}, None)
    assert torch.equal(other.weight, model.weight)
    momentum = [one.state[one.param_groups[0]['params'][0]]['momentum_buffer'] for one in (optimizer, of_other)]
    assert torch.equal(*momentum)
    assert set(position.rng) >= {'python', 'numpy', 'torch'}


def test_several_optimizers_by_name():
    model, optimizer = make()
    content = state(model, {'a': optimizer})
    assert set(content['optimizer']) == {'a'}
    other, of_other = make(seed=1)
    with pytest.raises(CheckpointError, match='does not fit the optimizer'):
        restore_run(content, 'x.pth', other, {'b': of_other})
    restore_run(content, 'x.pth', other, {'b': of_other}, resume_optimizer=False)
    restore_run(content, 'x.pth', other, {'a': of_other})
    assert named_optimizers(None) == {}
    assert named_optimizers(optimizer) == {'SGD': optimizer}


def test_without_the_optimizer():
    model, optimizer = make()
    assert 'optimizer' not in state(model, optimizer, save_optimizer=False)
    assert state(model, None)['optimizer'] == {}


def test_another_kind_of_optimizer():
    content = state(*make(kind=torch.optim.Adam))
    with pytest.raises(CheckpointError, match='of another kind, without dampening, momentum'):
        restore_run(content, 'x.pth', *make(seed=1))


def test_a_rank_that_was_not_there_has_no_random_state():
    content = state(*make())
    content['resume']['rng'] = []
    assert restore_run(content, 'x.pth', *make(seed=1)).rng is None


def test_a_state_of_another_program_is_one_line():
    content = {**state(*make()), 'resume': 5}
    with pytest.raises(CheckpointError, match=r'x\.pth: holds a state that no run here has saved .*AttributeError'), \
            ours_only('x.pth'):
        restore_run(content, 'x.pth', *make(seed=1))


@pytest.mark.parametrize('wrapped', [True, False])
def test_classes_come_from_the_model(wrapped):
    model, optimizer = make()
    assert class_facts(model) == {}
    model.CLASSES, model.PALETTE = ('a', 'b', 'c'), None
    model = MMDataParallel(model) if wrapped else model
    assert class_facts(model) == {'CLASSES': ('a', 'b', 'c')}
    given = {'CLASSES': ('x',), 'PALETTE': [[0, 0, 0]]}
    meta = state_of_run(model, optimizer, given, {'iter': 0, 'epoch': 0})['meta']
    assert (meta['CLASSES'], meta['PALETTE']) == (('a', 'b', 'c'), [[0, 0, 0]])


def test_saving_optimizers_and_classes(tmp_path):
    model, optimizer = make()
    model.CLASSES, model.PALETTE = ('a',), [[0, 0, 0]]
    save_checkpoint(model, tmp_path / 'x.pth', optimizer)
    content = torch.load(tmp_path / 'x.pth', weights_only=True)
    assert content['optimizer']['param_groups'][0]['lr'] == 0.5
    assert content['meta']['CLASSES'] == ('a',)
    save_checkpoint(model, tmp_path / 'x.pth', {'a': optimizer})
    assert set(torch.load(tmp_path / 'x.pth', weights_only=True)['optimizer']) == {'a'}


def test_save_through_a_client(tmp_path):
    model = nn.Linear(1, 1)
    save_checkpoint(model, tmp_path / 'a.pth', file_client_args={'backend': 'disk'})
    assert set(read_checkpoint(tmp_path / 'a.pth')['state_dict']) == {'weight', 'bias'}
    with pytest.raises(ValueError, match="meta is 'no dict': give a dict"):
        save_checkpoint(model, tmp_path / 'b.pth', meta='no dict')
    pytest.importorskip('fsspec')
    save_checkpoint(model, 'memory://saved/a.pth', file_client_args={'backend': 'memory'})
    assert FileClient('memory').exists('memory://saved/a.pth')


@pytest.mark.parametrize('kind', [torch.optim.SGD, torch.optim.AdamW])
@pytest.mark.parametrize('layouts', [(torch.contiguous_format, torch.channels_last),
                                     (torch.channels_last, torch.contiguous_format)])
def test_weights_that_lie_otherwise_by_now_go_on_all_the_same(kind, layouts):
    """Fused optimizers go over memory as it lies."""
    x, after = torch.randn(2, 3, 8, 8), []
    for first, then in (layouts, layouts[:1] * 2):
        torch.manual_seed(0)
        model = nn.Conv2d(3, 5, 3).to(memory_format=first)
        options = dict(lr=0.01, fused=True, **({'momentum': 0.9} if kind is torch.optim.SGD else {}))
        optimizer = kind(model.parameters(), **options)
        for resumes in (True, False):
            optimizer.zero_grad()
            model(x).square().sum().backward()
            optimizer.step()
            if resumes:
                content, model = state(model, optimizer), nn.Conv2d(3, 5, 3).to(memory_format=then)
                optimizer = kind(model.parameters(), **options)
                restore_run(content, 'x.pth', model, optimizer)
        after.append(model.weight.detach())
    torch.testing.assert_close(*after)
