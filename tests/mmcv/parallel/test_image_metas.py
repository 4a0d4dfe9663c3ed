"""What code of 0.x does with the containers of ``img_metas``, in batches that have none."""

import pickle

import torch

from mmcv.parallel import collate, scatter
from mmcv.parallel.image_metas import ImageMeta


def sample(name):
    return {'img': torch.zeros(3, 2, 2), 'img_metas': ImageMeta(filename=name)}


def augmented(name):
    return {'img': [torch.zeros(3, 2, 2)] * 2, 'img_metas': [ImageMeta(filename=name, flip=flip) for flip in (0, 1)]}


def test_of_a_sample():
    metas = [meta.data for meta in augmented('a')['img_metas']]
    assert metas == [dict(filename='a', flip=0), dict(filename='a', flip=1)]


def test_of_a_batch_to_train_on():
    assert collate([sample('a'), sample('b')])['img_metas'].data[0] == [dict(filename='a'), dict(filename='b')]


def test_of_a_batch_to_predict():
    batch = collate([augmented('a')])
    assert [metas.data[0] for metas in batch['img_metas']] == [
        [dict(filename='a', flip=0)], [dict(filename='a', flip=1)]]


def test_after_a_worker_and_on_the_device():
    batch = pickle.loads(pickle.dumps(collate([sample('a')])))
    assert scatter(batch, [-1])[0]['img_metas'].data[0] == [{'filename': 'a'}]
