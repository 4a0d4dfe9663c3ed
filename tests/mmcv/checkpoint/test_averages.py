"""The averages of mmcv's EMAHook, told from the weights by names alone."""

import logging

import pytest
import torch

from mmcv.checkpoint import load_checkpoint, separate_averages
from mmcv.checkpoint.state import restore_run

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


def test_beside_the_weights_they_are_left_out(tmp_path, caplog):
    model = torch.nn.Linear(1, 1)
    weights = {'weight': torch.tensor([[2.0]]), 'bias': torch.tensor([3.0])}
    torch.save({'state_dict': {**weights, 'ema_weight': torch.ones(1, 1)}}, tmp_path / 'iter_1.pth')
    with caplog.at_level('INFO'):
        load_checkpoint(model, tmp_path / 'iter_1.pth', strict=True, logger=logging.getLogger('a test'))
    assert model.weight.item() == 2
    assert 'averages of EMAHook beside 1 weights, left out' in caplog.text
    model.ema_weight = torch.nn.Parameter(torch.zeros(1, 1))
    load_checkpoint(model, tmp_path / 'iter_1.pth', strict=True)
    assert model.ema_weight.item() == 1, 'a model that has such a part keeps it'


def test_a_run_of_mmengine_goes_on_from_the_trained_ones(tmp_path):
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1), torch.nn.BatchNorm2d(1))
    averages = {key: torch.full_like(value, 2) for key, value in model.state_dict().items()}
    trained = {f'module.{key}': torch.full_like(value, 5) for key, value in model.state_dict().items()}
    content = {'meta': {'iter': 4, 'epoch': 0, 'mmengine_version': '0.10.5'}, 'state_dict': averages,
               'ema_state_dict': {'steps': torch.tensor(4), **trained}}
    assert restore_run(content, 'iter_4.pth', model, None, resume_optimizer=False).iteration == 4
    assert model[0].weight.item() == 2  # what EMAHook swaps with the trained ones, as of our own files
    assert {key: value.unique().item() for key, value in content['ema'].items()} == dict.fromkeys(
        ['0.weight', '0.bias', '1.weight', '1.bias'], 5)


@pytest.mark.parametrize('count', ['steps', 'n_averaged'])
def test_a_model_of_averages_alone(tmp_path, count):
    model = torch.nn.Linear(1, 1)
    torch.save({'ema_state_dict': {count: torch.tensor(9), 'module.weight': torch.ones(1, 1),
                                   'module.bias': torch.ones(1)}}, tmp_path / 'a.pth')
    load_checkpoint(model, tmp_path / 'a.pth', strict=True)
    assert model.bias.item() == 1
