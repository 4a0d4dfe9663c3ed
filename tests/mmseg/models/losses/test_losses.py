"""Losses beyond the golden cases, against their definitions."""
import json
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmseg.models import build_loss, get_class_weight, weight_reduce_loss, weighted_loss
from mmseg.models.losses.cross_entropy_loss import CrossEntropyLoss

CROSS_ENTROPY = {'type': 'CrossEntropyLoss', 'class_weight': [1.0, 0.5, 2.0, 1.0, 0.1], 'avg_non_ignore': True}
LOVASZ = {'type': 'LovaszLoss', 'reduction': 'none'}

SAMPLES = {
    name: {'model': {'decode_head': {'type': 'FCNHead', 'loss_decode': loss}}, **options}
    for name, loss, options in [
        ('cross entropy', CROSS_ENTROPY, {}),
        ('cross entropy and dice', [{'type': 'CrossEntropyLoss'}, {'type': 'DiceLoss'}], {}),
        ('focal', {'type': 'FocalLoss'}, {}),
        ('lovasz', LOVASZ, {'exempt': {
            'training_step_never_waits_for_the_device': 'how many pixels are not ignored decides the shapes'}}),
        ('tversky', {'type': 'TverskyLoss'}, {}),
    ]
}


@pytest.fixture
def logit():
    return torch.randn(2, 4, 5, 6, dtype=torch.float64, requires_grad=True)


@pytest.fixture
def label():
    label = torch.randint(0, 4, (2, 5, 6))
    label[:, 0] = 255
    return label


def test_lovasz_is_the_jaccard_loss_of_certain_predictions():
    label = torch.tensor([[[0, 0, 1, 1, 2, 255]]])
    predicted = torch.tensor([[[0, 1, 1, 1, 0, 2]]])
    certain = 1e4 * F.one_hot(predicted, 4).movedim(-1, 1).double()
    iou = torch.tensor([1 / 3, 2 / 3, 0])
    loss = build_loss({'type': 'LovaszLoss', 'reduction': 'none'})(certain, label)
    assert loss.item() == pytest.approx((1 - iou).mean().item())
    loss = build_loss({'type': 'LovaszLoss', 'reduction': 'none', 'classes': 'all'})(certain, label)
    assert loss.item() == pytest.approx((1 - iou).sum().item() / 4)  # class 3, never seen nor said, has no loss
    loss = build_loss({'type': 'LovaszLoss', 'reduction': 'none', 'classes': [1], 'class_weight': [1, 5, 1, 1]})
    assert loss(certain, label).item() == pytest.approx(5 / 3)


def test_lovasz_hinge_is_zero_where_margins_hold():
    loss = build_loss({'type': 'LovaszLoss', 'loss_type': 'binary', 'per_image': True})
    label = torch.tensor([[[0, 1, 255]], [[1, 1, 0]]])
    right = torch.where(label == 1, 1.5, -1.5)
    assert loss(right, label).item() == 0
    assert loss(-right, label).item() > 1


@pytest.mark.parametrize(
    'cfg',
    [
        {'type': 'CrossEntropyLoss', 'avg_non_ignore': True},
        {'type': 'CrossEntropyLoss', 'use_sigmoid': True},
        {'type': 'LovaszLoss', 'reduction': 'none'},
        {'type': 'LovaszLoss', 'per_image': True},
        {'type': 'LovaszLoss', 'per_image': True, 'loss_type': 'binary'},
        {'type': 'FocalLoss'},
    ],
)
def test_nothing_to_learn_costs_nothing(cfg, logit, label):
    scores = logit[:, 0] if cfg.get('loss_type') == 'binary' else logit
    loss = build_loss(cfg)(scores, torch.full_like(label, 255), ignore_index=255)
    loss.backward()
    assert loss.item() == 0
    assert (logit.grad == 0).all()


@pytest.mark.parametrize(
    'cfg',
    [
        {'type': 'CrossEntropyLoss', 'class_weight': [1.0, 2.0, 3.0, 4.0]},
        {'type': 'CrossEntropyLoss', 'use_sigmoid': True, 'class_weight': [1.0, 2.0, 3.0, 4.0]},
        {'type': 'FocalLoss', 'class_weight': [1.0, 2.0, 3.0, 4.0], 'alpha': [0.1, 0.2, 0.3, 0.4]},
        {'type': 'DiceLoss', 'class_weight': [1.0, 2.0, 3.0, 4.0], 'ignore_index': 1},
        {'type': 'TverskyLoss', 'class_weight': [1.0, 2.0, 3.0, 4.0]},
    ],
)
def test_gradients(cfg, logit, label):
    module = build_loss(cfg)
    assert torch.autograd.gradcheck(lambda x: module(x, label, ignore_index=255), logit)


def test_pixel_weights_of_the_focal_loss(logit, label):
    """0.30 takes them for flat input only."""
    loss = build_loss({'type': 'FocalLoss'})
    weight = torch.rand(2, 5, 6, dtype=torch.float64)
    flat = loss(logit.movedim(1, -1).flatten(0, 2), label.flatten(), weight=weight.flatten())
    torch.testing.assert_close(loss(logit, label, weight=weight), flat)
    assert loss(logit, label, reduction_override='none').shape == logit.shape


def test_one_channel_takes_the_weights_of_both_classes(label):
    label = label.clamp(max=1).where(label != 255, 255)
    logit = torch.randn(2, 1, 5, 6)
    cfg = {'type': 'CrossEntropyLoss', 'use_sigmoid': True, 'class_weight': [2.0, 7.0], 'reduction': 'none'}
    plain = F.binary_cross_entropy_with_logits(logit[:, 0], (label == 1).float(), reduction='none')
    expected = plain * torch.tensor([2.0, 7.0])[(label == 1).long()] * (label != 255)
    torch.testing.assert_close(build_loss(cfg)(logit, label, ignore_index=255), expected)


def test_mask_loss_looks_at_one_channel():
    logit, target = torch.randn(3, 4, 5, 5), torch.randint(0, 2, (3, 5, 5)).float()
    loss = build_loss({'type': 'CrossEntropyLoss', 'use_mask': True})
    chosen = torch.stack([logit[0, 2], logit[1, 0], logit[2, 3]])
    expected = F.binary_cross_entropy_with_logits(chosen, target)[None]
    torch.testing.assert_close(loss(logit, target, torch.tensor([2, 0, 3]), ignore_index=None), expected)
    with pytest.raises(ValueError, match='use_mask'):
        loss(logit, target, torch.tensor([2, 0, 3]), ignore_index=255)


def test_class_weights_from_files(tmp_path):
    weights = [1.0, 2.5]
    np.save(tmp_path / 'weights.npy', weights)
    (tmp_path / 'weights.json').write_text(json.dumps(weights))
    np.savez(tmp_path / 'weights.npz', anything=weights)
    (tmp_path / 'weights.pkl').write_bytes(pickle.dumps(weights))
    (tmp_path / 'array.pkl').write_bytes(pickle.dumps(np.array(weights)))
    for name in ('weights.npy', 'weights.json', 'weights.npz', 'weights.pkl', 'array.pkl'):
        assert get_class_weight(str(tmp_path / name)) == weights
    assert get_class_weight(weights) is weights
    assert get_class_weight(None) is None
    (tmp_path / 'words.json').write_text('{"a": 1}')
    np.save(tmp_path / 'table.npy', [weights])
    for name, found in (('words.json', 'a dict'), ('table.npy', r'an array of shape \(1, 2\)')):
        with pytest.raises(ValueError, match=f'class_weight: .*{name} holds {found}'):
            get_class_weight(str(tmp_path / name))
    with pytest.raises(ValueError, match="class_weight is 'auto'"):
        build_loss({'type': 'CrossEntropyLoss', 'class_weight': 'auto'})


def test_reduction():
    @weighted_loss
    def distance(pred, target):
        return (pred - target).abs()

    pred, target, weight = torch.tensor([0.0, 2, 3]), torch.ones(3), torch.tensor([1.0, 0, 1])
    assert distance(pred, target).item() == pytest.approx(4 / 3)
    assert distance(pred, target, weight).item() == pytest.approx(1)
    assert distance(pred, target, weight, avg_factor=2).item() == pytest.approx(1.5)
    assert distance(pred, target, reduction='none').tolist() == [1, 1, 2]
    assert distance(pred, target, reduction='none', avg_factor=2).tolist() == [1, 1, 2]
    with pytest.raises(ValueError, match='avg_factor'):
        distance(pred, target, reduction='sum', avg_factor=2)
    with pytest.raises(ValueError, match="reduction is 'average'"):
        weight_reduce_loss(pred, reduction='average')


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        ({'type': 'CrossEntropyLoss', 'use_sigmoid': True, 'use_mask': True}, 'exclude'),
        ({'type': 'LovaszLoss'}, "set reduction='none'"),
        ({'type': 'LovaszLoss', 'loss_type': 'ternary'}, 'loss_type'),
        ({'type': 'LovaszLoss', 'per_image': True, 'classes': 'some'}, 'classes'),
        ({'type': 'FocalLoss', 'use_sigmoid': False}, 'use_sigmoid'),
        ({'type': 'FocalLoss', 'reduction': 'avg'}, 'reduction'),
        ({'type': 'TverskyLoss', 'alpha': 0.5}, 'add up to 1'),
    ],
)
def test_mistakes(cfg, message):
    with pytest.raises(ValueError, match=message):
        build_loss(cfg)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match='do not fit'):
        build_loss({'type': 'FocalLoss'})(torch.zeros(1, 3, 4, 4), torch.zeros(1, 5, 5))


def test_sigmoid_cross_entropy_takes_a_weight_per_logit():
    pred, label, weight = torch.randn(2, 3, 4), torch.randint(0, 3, (2, 4)), torch.rand(2, 3, 4)
    target = F.one_hot(label, 3).transpose(1, 2).float()
    expected = F.binary_cross_entropy_with_logits(pred, target, pos_weight=weight)
    loss = build_loss({'type': 'CrossEntropyLoss', 'use_sigmoid': True, 'class_weight': weight})
    torch.testing.assert_close(loss(pred, label), expected)


def test_a_loss_that_names_itself():
    class Own(CrossEntropyLoss):

        def __init__(self, scale=2, loss_name='loss_own', **kwargs):
            super().__init__(**kwargs)
            self.scale, self._loss_name = scale, loss_name

        @property
        def loss_name(self):
            return f'{self._loss_name}_{self.scale}'

    assert Own().loss_name == 'loss_own_2'
    assert [build_loss(dict(type=name, loss_name='loss_x')).loss_name for name in ('FocalLoss', 'DiceLoss')] == [
        'loss_x', 'loss_x']
