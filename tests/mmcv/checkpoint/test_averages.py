"""The averages of mmcv's EMAHook, told from the weights by names alone."""

import torch

from mmcv.checkpoint import separate_averages

WEIGHTS = {'conv.weight': torch.tensor(1.0), 'bn.running_mean': torch.tensor(2.0), 'ema_conv_weight': torch.tensor(3.0)}


def test_averages_take_the_place_of_the_weights():
    weights, trained = separate_averages(WEIGHTS, swapped=False)
    assert {key: value.item() for key, value in weights.items()} == {'conv.weight': 3.0, 'bn.running_mean': 2.0}
    assert trained == {'conv.weight': WEIGHTS['conv.weight']}


def test_at_the_end_of_an_epoch_they_are_there_already():
    weights, trained = separate_averages(WEIGHTS, swapped=True)
    assert weights['conv.weight'] == 1.0
    assert trained['conv.weight'] == 3.0


def test_without_averages_nothing_changes():
    weights = {'ema_model.weight': torch.ones(1), 'weight': torch.ones(1)}
    assert separate_averages(weights, swapped=False) == (weights, {})
