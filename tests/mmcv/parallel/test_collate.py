import numpy as np
import pytest
import torch

from mmcv.parallel import collate


def sample(height=4, width=5, name='a'):
    return {
        'img': torch.rand(3, height, width),
        'gt_semantic_seg': torch.randint(0, 3, (1, height, width)),
        'img_metas': {'filename': name},
    }


def test_stacks_tensors_and_lists_metas():
    samples = [sample(name='a'), sample(name='b')]
    batch = collate(samples)
    assert batch['img'].shape == (2, 3, 4, 5)
    assert torch.equal(batch['gt_semantic_seg'][1], samples[1]['gt_semantic_seg'])
    assert batch['img_metas'] == [{'filename': 'a'}, {'filename': 'b'}]


def test_pads_at_the_bottom_right_images_with_0_and_labels_with_255():
    small, large = sample(3, 6), sample(4, 5)
    batch = collate([small, large], samples_per_gpu=2)
    assert batch['img'].shape == (2, 3, 4, 6)
    assert torch.equal(batch['img'][0, :, :3], small['img'])
    assert (batch['img'][0, :, 3] == 0).all()
    assert (batch['gt_semantic_seg'][0, :, 3] == 255).all()
    assert (batch['gt_semantic_seg'][1, :, :, 5] == 255).all()
    assert torch.equal(batch['gt_semantic_seg'][1, :, :, :5], large['gt_semantic_seg'])


def test_a_list_holds_one_batch_an_augmentation():
    samples = [{'img': [torch.full((3, 2, 2), i), torch.full((3, 4, 4), i)], 'img_metas': [{'n': i}, {'n': -i}]}
               for i in (1, 2)]
    batch = collate(samples)
    assert [img.shape for img in batch['img']] == [(2, 3, 2, 2), (2, 3, 4, 4)]
    assert batch['img_metas'] == [[{'n': 1}, {'n': 2}], [{'n': -1}, {'n': -2}]]


def test_arrays_numbers_and_the_rest():
    batch = collate([{'a': np.ones(3, np.float32), 'n': 1, 'f': 0.5, 's': 'x'}, {'a': np.zeros(3, np.float32), 'n': 2,
                                                                             'f': 1.5, 's': 'y'}])
    assert torch.equal(batch['a'], torch.tensor([[1.0] * 3, [0.0] * 3]))
    assert batch['n'].tolist() == [1, 2]
    assert batch['f'].tolist() == [0.5, 1.5]
    assert batch['s'] == ['x', 'y']


def test_samples_that_are_no_dicts():
    a, b = collate([(torch.ones(2), 1), (torch.zeros(2), 2)])
    assert a.shape == (2, 2)
    assert b.tolist() == [1, 2]


@pytest.mark.parametrize(('samples', 'message'), [
    ([{'img': torch.ones(3, 2, 2)}, {'img': torch.ones(1, 2, 2)}], 'only height and width'),
    ([{'img': torch.ones(2)}, {'img': torch.ones(3)}], 'only height and width'),
    ([{'img': torch.ones(2)}, {'label': torch.ones(2)}], 'differ in their keys'),
    ([{'img': [torch.ones(2)]}, {'img': [torch.ones(2)] * 2}], 'number of augmentations'),
])
def test_what_cannot_form_a_batch(samples, message):
    with pytest.raises(ValueError, match=message):
        collate(samples)


def test_dicts_are_put_together_like_samples():
    batch = collate([{'t': {'x': torch.ones(2), 'deep': {'n': 1}}, 'img_metas': {'n': 0}},
                     {'t': {'x': torch.zeros(2), 'deep': {'n': 2}}, 'img_metas': {'n': 1}}], samples_per_gpu=2)
    assert batch['t']['x'].tolist() == [[1, 1], [0, 0]]
    assert batch['t']['deep']['n'].tolist() == [1, 2]
    assert batch['img_metas'] == [{'n': 0}, {'n': 1}]


def test_tuples_of_tensors_are_transposed():
    first, second = collate([{'pair': (torch.ones(2), 1)}, {'pair': (torch.zeros(2), 2)}])['pair']
    assert first.tolist() == [[1, 1], [0, 0]]
    assert second.tolist() == [1, 2]
