"""Weights into models: what fits, what does not, and how that is said."""

import copy
import logging
from collections import OrderedDict

import pytest
import torch
from torch import nn

from mmcv.checkpoint import (
    CheckpointError,
    fetch_part,
    get_state_dict,
    load_checkpoint,
    load_state_dict,
    save_checkpoint,
)
from mmcv.parallel import MMDataParallel


def small(out=3):
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(1, out, 1), bn=nn.BatchNorm2d(out)))


@pytest.fixture
def saved(tmp_path):
    """A checkpoint of a small model, its path, and the model."""
    model = small()
    save_checkpoint(model, tmp_path / 'x.pth', meta={'iter': 1})
    return tmp_path / 'x.pth', model


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(get_state_dict(a).values(), get_state_dict(b).values(), strict=True))


@pytest.mark.parametrize('wrapped', [True, False])
def test_round_trip(saved, wrapped):
    path, model = saved
    other = MMDataParallel(small()) if wrapped else small()
    assert load_checkpoint(other, path, strict=True)['meta']['iter'] == 1
    assert same(model, other)


def test_prefixes_of_wrappers_and_other_names(tmp_path):
    model = small()
    state = {f'module.old_{key}': value for key, value in model.state_dict().items()}
    torch.save(state, tmp_path / 'bare.pth')
    other = small()
    load_checkpoint(other, tmp_path / 'bare.pth', strict=True, revise_keys=[(r'^module\.', ''), ('^old_', '')])
    assert same(model, other)


def test_one_line_about_another_architecture(tmp_path):
    save_checkpoint(nn.Sequential(small(5), nn.Linear(2, 2)), tmp_path / 'x.pth')
    other = nn.Sequential(OrderedDict([('0', small(3)), ('2', nn.Linear(2, 2))]))
    with pytest.raises(CheckpointError) as error:
        load_checkpoint(other, tmp_path / 'x.pth', strict=True)
    text = str(error.value)
    assert '\n' not in text
    assert 'x.pth does not fit the Sequential' in text
    assert '2 keys missing (2.weight, 2.bias)' in text
    assert '2 keys unexpected (1.weight, 1.bias)' in text
    assert '6 of another shape (0.conv.weight: (5, 1, 1, 1) there, (3, 1, 1, 1) here' in text
    assert 'and 3 more' in text


def test_what_fits_is_loaded_and_the_rest_is_said(saved, caplog):
    path, model = saved
    logger = logging.getLogger('a test')
    other = nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 3, 1), bn=nn.BatchNorm2d(2), more=nn.Linear(1, 1)))
    with caplog.at_level('WARNING'):
        load_checkpoint(other, path, logger=logger)
    assert torch.equal(other.conv.weight, model.conv.weight)
    assert '2 keys missing (more.weight, more.bias)' in caplog.text
    assert '4 of another shape' in caplog.text


def test_old_files_have_no_batch_counters():
    state = {key: value for key, value in small().state_dict().items() if 'num_batches' not in key}
    load_state_dict(small(), state, strict=True)


def test_part_of_a_checkpoint(tmp_path):
    whole = nn.Sequential(OrderedDict(backbone=small(), head=nn.Linear(1, 1)))
    save_checkpoint(whole, tmp_path / 'x.pth')
    for prefix in ('backbone', 'backbone.'):
        part = fetch_part(prefix, tmp_path / 'x.pth')
        assert list(part) == list(small().state_dict())
    with pytest.raises(CheckpointError, match="begins with 'neck.'"):
        fetch_part('neck', tmp_path / 'x.pth')


@pytest.mark.parametrize('content', [[1, 2], {'meta': {}}, {'state_dict': [1]}])
def test_without_weights(tmp_path, content):
    torch.save(content, tmp_path / 'x.pth')
    with pytest.raises(CheckpointError, match=r'x\.pth: holds no state_dict'):
        load_checkpoint(small(), tmp_path / 'x.pth')


class TestKeysOfOthers:

    @pytest.mark.parametrize('wrap', [
        lambda state: {'_orig_mod.' + key: value for key, value in state.items()},
        lambda state: {'module.module.' + key: value for key, value in state.items()},
        lambda state: {'module._orig_mod.' + key: value for key, value in state.items()},
        lambda state: {key.replace('0.', '0._orig_mod.', 1): value for key, value in state.items()},
        lambda state: {'model': state},
        lambda state: {'model_state_dict': state, 'epoch': 3},
        lambda state: {'student': {key: value + 1 for key, value in state.items()}, 'teacher': state},
        lambda state: {'state_dict': {}, 'model': state},
    ])
    def test_are_understood(self, tmp_path, wrap):
        source, target = (nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2)) for _ in range(2))
        torch.save(wrap(source.state_dict()), tmp_path / 'c.pth')
        load_checkpoint(target, str(tmp_path / 'c.pth'), strict=True)
        assert torch.equal(target[0].weight, source[0].weight)

    def test_a_part_that_is_called_module_keeps_its_name(self, tmp_path):
        source, target = (nn.ModuleDict({'module': nn.Linear(2, 2)}) for _ in range(2))
        torch.save(source.state_dict(), tmp_path / 'c.pth')
        load_state_dict(target, torch.load(tmp_path / 'c.pth'), strict=True)
        assert torch.equal(target['module'].weight, source['module'].weight)

    def test_hardly_a_key_fits(self, tmp_path):
        target = nn.Sequential(*(nn.Linear(2, 2) for _ in range(5)))
        before = copy.deepcopy(target.state_dict())
        torch.save({'encoder.' + key: value for key, value in before.items()}, tmp_path / 'c.pth')
        with pytest.raises(CheckpointError, match=r'of its 10 keys none fit the Sequential: they are like encoder\.0'):
            load_checkpoint(target, str(tmp_path / 'c.pth'))
        state = {**{'encoder.' + key: value for key, value in before.items()}, '0.weight': torch.ones(2, 2)}
        with pytest.raises(CheckpointError, match='keys 1 fit'):
            load_state_dict(target, state)
        assert all(torch.equal(value, before[key]) for key, value in target.state_dict().items())

    def test_a_large_file_for_a_small_part(self):
        target = nn.Linear(2, 2)
        state = {**target.state_dict(), **{f'other.{i}': torch.ones(1) for i in range(50)}}
        load_state_dict(target, state)


class Positions(nn.Module):
    """Weights along a line, of whatever length."""

    def __init__(self, length):
        super().__init__()
        self.line = nn.Parameter(torch.zeros(length))
        self.other = nn.Parameter(torch.zeros(length))

    def resize_weight(self, name, weight):
        return weight[:len(self.line)] if name == 'line' else weight


def test_a_module_resizes_its_own_weights(caplog):
    state = {'0.line': torch.arange(4.0), '0.other': torch.arange(4.0)}
    model = nn.Sequential(Positions(3))
    load_state_dict(model, state, logger=logging.getLogger('resized'))
    assert model[0].line.tolist() == [0, 1, 2]
    assert model[0].other.tolist() == [0, 0, 0]
    assert '1 of another shape (0.other: (4,) there, (3,) here)' in caplog.text
    with pytest.raises(CheckpointError, match='2 of another shape'):
        load_state_dict(model, state, strict=True)


@pytest.mark.parametrize('key', ['state_dict', 'model'])
def test_backbone_out_of_a_segmentor(key, tmp_path):
    source = nn.ModuleDict({'backbone': small(), 'decode_head': nn.Linear(2, 2)})
    torch.save({key: source.state_dict(), 'epoch': 3}, tmp_path / 'whole.pth')
    model = small()
    load_checkpoint(model, tmp_path / 'whole.pth')
    assert same(model, source['backbone'])
