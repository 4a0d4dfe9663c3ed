"""DataContainer of 0.x: how samples become a batch, and how every wrapper takes the batch out."""

import pickle

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from mmcv.engine import single_gpu_test
from mmcv.parallel import DataContainer, MMDataParallel, collate, scatter, scatter_kwargs, to_device


def sample(height=4, width=5, name='a'):
    return {
        'img': DataContainer(torch.ones(3, height, width), stack=True),
        'gt_semantic_seg': DataContainer(torch.ones(1, height, width).long(), stack=True, padding_value=255),
        'img_metas': DataContainer({'filename': name}, cpu_only=True),
        'boxes': DataContainer(torch.zeros(height, 4)),
        'plain': torch.zeros(2),
    }


def test_says_what_is_in_it():
    tensor = DataContainer(torch.zeros(2, 3), padding_value=7, pad_dims=None)
    assert (tensor.datatype, tensor.size(), tensor.size(1), tensor.dim(), len(tensor)) == (
        'torch.FloatTensor', (2, 3), 3, 2, 2)
    assert (tensor.stack, tensor.cpu_only, tensor.padding_value, tensor.pad_dims) == (False, False, 7, None)
    text = DataContainer('abc')
    assert text.datatype is str
    assert repr(text) == "DataContainer('abc')"
    with pytest.raises(AttributeError, match='of str has no size'):
        text.size()
    with pytest.raises(ValueError, match='pad_dims'):
        DataContainer(torch.zeros(2), pad_dims=4)


@pytest.mark.parametrize(('per_gpu', 'entries'), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3])])
def test_entries_of_a_batch(per_gpu, entries):
    batch = collate([sample(name=name) for name in 'abc'], samples_per_gpu=per_gpu)
    assert [len(part) for part in batch['img'].data] == entries
    assert [len(part) for part in batch['img_metas'].data] == entries
    assert [len(part) for part in batch['boxes'].data] == entries
    assert batch['plain'].shape == (3, 2)
    assert [batch[key].cpu_only for key in ('img_metas', 'img')] == [True, False]


def test_padding_is_of_each_entry():
    batch = collate([sample(4, 5), sample(6, 3), sample(2, 2)], samples_per_gpu=2)
    assert [tuple(part.shape) for part in batch['img'].data] == [(2, 3, 6, 5), (1, 3, 2, 2)]
    assert batch['img'].data[0][0, :, 4:].eq(0).all()
    assert batch['gt_semantic_seg'].data[0][1, 0, :, 3:].eq(255).all()
    assert batch['gt_semantic_seg'].data[0][1, 0, :, :3].eq(1).all()


@pytest.mark.parametrize(('pad_dims', 'shape'), [(1, (2, 2, 2, 3)), (2, (2, 2, 3, 3)), (3, (2, 3, 3, 3))])
def test_how_many_dimensions_are_padded(pad_dims, shape):
    sizes = [(2, 2, 2), tuple(3 if axis >= 3 - pad_dims else 2 for axis in range(3))]
    batch = collate([DataContainer(torch.ones(size), stack=True, pad_dims=pad_dims) for size in sizes], 2)
    assert batch.data[0].shape == shape
    assert batch.data[0][0].sum() == 8


@pytest.mark.parametrize('other', [torch.ones(2, 2), torch.ones(4, 2, 2)])
def test_what_cannot_be_stacked(other):
    with pytest.raises(ValueError, match='only the last 2 dimensions may differ'):
        collate([DataContainer(torch.ones(3, 2, 2), stack=True), DataContainer(other, stack=True)], 2)
    with pytest.raises(ValueError, match='only the last 0 dimensions'):
        collate([DataContainer(torch.ones(size), stack=True, pad_dims=None) for size in (2, 3)], 2)


def test_augmentations_and_nests():
    views = {'img': [DataContainer(torch.zeros(3, size, size), stack=True) for size in (2, 4)],
             'target': {'mask': DataContainer(torch.zeros(2), stack=True, pad_dims=1)}}
    batch = to_device(collate([views, views], 2), 'cpu')
    assert [tuple(view.shape) for view in batch['img']] == [(2, 3, 2, 2), (2, 3, 4, 4)]
    assert batch['target']['mask'].shape == (2, 2)
    pair = (DataContainer(1), torch.zeros(2))
    number, tensor = collate([pair, pair], 2)
    assert (number.data, tensor.shape) == ([[1, 1]], (2, 2))


def test_the_entry_is_taken_out():
    batch = collate([sample(name='a'), sample(name='b')], samples_per_gpu=2)
    for taken in (to_device(batch, 'cpu'), scatter(batch, [-1])[0], scatter_kwargs((batch,), {}, [-1])[0][0][0]):
        assert taken['img'].shape == (2, 3, 4, 5)
        assert taken['img_metas'] == [{'filename': 'a'}, {'filename': 'b'}]
        assert len(taken['boxes']) == 2
    assert scatter_kwargs((), batch, [-1])[1][0]['img'].shape == (2, 3, 4, 5)


def test_what_is_cpu_only_stays():
    batch = collate([{'a': DataContainer(torch.zeros(1), cpu_only=True), 'b': DataContainer(torch.zeros(1))}])
    taken = to_device(batch, 'meta')
    assert taken['a'][0].device.type == 'cpu'
    assert taken['b'][0].device.type == 'meta'


def test_more_entries_than_devices():
    with pytest.raises(ValueError, match='2 entries for one device: collate the batch with samples_per_gpu'):
        to_device(collate([sample(), sample()]), 'cpu')


class Model(nn.Module):
    """Keeps what it was called with."""

    def forward(self, img, img_metas, return_loss=True, **kwargs):
        self.seen = (img, img_metas)
        return [meta['filename'] for meta in img_metas]

    def train_step(self, data, optimizer, **kwargs):
        return self(data['img'], data['img_metas'])


def test_wrapped_models_know_no_containers():
    model = MMDataParallel(Model(), device_ids=[-1])
    batch = collate([sample(name='a'), sample(name='b')], samples_per_gpu=2)
    assert model(**batch) == model.train_step(batch, None) == ['a', 'b']
    assert model.module.seen[0].shape == (2, 3, 4, 5)


def test_test_loops_know_no_containers():
    samples = [sample(name=name) for name in 'abc']
    loader = DataLoader(samples, 1, collate_fn=collate)
    assert single_gpu_test(Model(), loader, progress=False) == ['a', 'b', 'c']


def test_travels_between_processes():
    copy = pickle.loads(pickle.dumps(DataContainer(torch.ones(2), stack=True, padding_value=3)))
    assert (copy.stack, copy.padding_value, copy.data.tolist()) == (True, 3, [1, 1])
