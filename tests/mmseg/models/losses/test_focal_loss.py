"""Focal loss of targets of 0 and 1, and what it refuses when it is built; weights that do not fit."""

import pytest
import torch
import torch.nn.functional as F

from mmseg.models.builder import build_loss
from mmseg.models.losses.weighting import expand_onehot_labels, weight_reduce_loss


@pytest.mark.parametrize('alpha', [0.3, [0.1, 0.2, 0.3, 0.4]])
@pytest.mark.parametrize('reduction', ['mean', 'sum', 'none'])
def test_a_target_of_0_and_1_is_that_of_its_classes(alpha, reduction):
    pred, target, weight = torch.randn(2, 4, 3, 5), torch.randint(0, 4, (2, 3, 5)), torch.rand(2, 3, 5)
    one_hot = F.one_hot(target, 4).permute(0, 3, 1, 2)
    loss = build_loss({'type': 'FocalLoss', 'alpha': alpha, 'reduction': reduction})
    for options in ({}, {'ignore_index': 1}, {'weight': weight}, {'weight': weight.flatten(), 'ignore_index': 2}):
        torch.testing.assert_close(loss(pred, one_hot, **options), loss(pred, target, **options))
    assert not torch.allclose(loss(pred, one_hot, ignore_index=1), loss(pred, one_hot))


@pytest.mark.parametrize(('arguments', 'message'), [
    ({'gamma': '2'}, 'gamma: .*use a number'), ({'alpha': {'a': 1}}, 'alpha is'), ({'alpha': True}, 'alpha is'),
    ({'loss_weight': None}, 'loss_weight: .*use a number'), ({'loss_name': 3}, 'loss_name is 3; use a name'),
    ({'class_weight': 1.0}, 'class_weight is 1.0; use a list'), ({'use_sigmoid': 1}, 'use_sigmoid')])
def test_nonsense_is_refused_when_it_is_built(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_loss({'type': 'FocalLoss', **arguments})


def test_weights_are_not_spread_in_silence():
    loss = torch.rand(2, 3, 4)
    for shape in ((2, 3, 4), (2, 1, 4), (1, 1, 1)):
        weight_reduce_loss(loss, torch.ones(shape))
    for shape in ((4,), (3, 4), (1, 2, 4), (2, 3, 4, 1)):
        with pytest.raises(ValueError, match=r'losses of shape \(2, 3, 4\)'):
            weight_reduce_loss(loss, torch.ones(shape))


def test_labels_of_0_and_1():
    labels, weights = torch.tensor([[0, 2, 255, -1]]), torch.tensor([[1.0, 0.5, 2, 2]])
    one_hot, weight, valid = expand_onehot_labels(labels, weights, (1, 3, 4), 255)
    assert one_hot[0].T.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert weight[0, 1].tolist() == [1, 0.5, 0, 0]
    assert valid[0, 2].tolist() == [1, 1, 0, 0]
    pred = torch.randn(1, 3, 4)
    loss = build_loss({'type': 'FocalLoss'})
    per_entry = torch.rand(1, 3, 4)
    torch.testing.assert_close(
        loss(pred, labels.clamp(0, 2), per_entry[0].T), loss(pred, labels.clamp(0, 2), per_entry))
