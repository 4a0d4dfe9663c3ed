"""What goes to Weights & Biases, by a stand-in for its package."""

import logging
import sys
from unittest import mock

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

import mmcv
from mmcv.runner import CheckpointHook, IterBasedRunner
from mmseg.datasets import CustomDataset
from mmseg.evaluation import EvalHook, MMSegWandbHook


class Zeros(nn.Module):
    """Predicts class 0 everywhere."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def train_step(self, data, optimizer):
        return dict(loss=self.weight.sum(), log_vars=dict(loss=1.0), num_samples=1)

    def forward(self, img, return_loss, rescale=False):
        return [np.zeros(img.shape[-2:], np.int64)] * len(img)


def as_tensor(results):
    return {'img': torch.from_numpy(results['img'].astype(np.float32)).permute(2, 0, 1)}


@pytest.fixture
def validation(tmp_path):
    for i in range(3):
        mmcv.imwrite(np.full((4, 5, 3), 50 + i, np.uint8), str(tmp_path / f'img/{i}.png'))
        mmcv.imwrite(np.ones((4, 5), np.uint8), str(tmp_path / f'ann/{i}.png'))
    return CustomDataset([{'type': 'LoadImageFromFile'}, as_tensor], 'img', '.png', 'ann', data_root=str(tmp_path),
                         test_mode=True, classes=('a', 'b'))


@pytest.fixture
def run(tmp_path, monkeypatch, caplog):
    """``run(hook, *others)``: the stand-in after four iterations with these hooks."""

    def inside(hook, *others):
        wandb = mock.MagicMock()
        wandb.run.id = 'x'
        monkeypatch.setitem(sys.modules, 'wandb', wandb)
        runner = IterBasedRunner(Zeros(), work_dir=str(tmp_path / 'work'), logger=logging.getLogger('wb'), max_iters=4)
        for other in others:
            runner.register_hook(other)
        runner.register_hook(hook, 'VERY_LOW')
        with caplog.at_level('WARNING'):
            runner.run([DataLoader([0.0] * 4)], [('train', 1)])
        return wandb

    return inside


def artifacts(wandb):
    return [call.args[0] for call in wandb.Artifact.call_args_list]


def test_images_labels_and_predictions(run, validation, tmp_path):
    hook = MMSegWandbHook(interval=2, by_epoch=False, num_eval_images=2, log_artifact=False)
    wandb = run(hook, EvalHook(DataLoader(validation), interval=2))
    assert artifacts(wandb) == ['run_x_pred'] * 2
    rows = [call.args for call in wandb.Table().add_data.call_args_list]
    assert len(rows) == 4
    assert rows[:2] == rows[2:]
    assert {row[0] for row in rows} < {'0.png', '1.png', '2.png'}
    (picture,), options = wandb.Image.call_args_list[0]
    assert picture.shape == (4, 5, 3)
    assert options['masks']['ground_truth']['class_labels'] == {0: 'a', 1: 'b'}
    assert (options['masks']['ground_truth']['mask_data'] == 1).all()
    assert (wandb.Image.call_args_list[1].kwargs['masks']['prediction']['mask_data'] == 0).all()


def test_checkpoints_with_their_metrics(run, validation, tmp_path):
    hook = MMSegWandbHook(
        by_epoch=False, log_checkpoint=True, log_checkpoint_metadata=True, num_eval_images=0, log_artifact=False)
    wandb = run(hook, CheckpointHook(interval=2, by_epoch=False), EvalHook(DataLoader(validation), interval=4))
    assert artifacts(wandb) == ['run_x_model'] * 2
    first, second = (call.kwargs['metadata'] for call in wandb.Artifact.call_args_list)
    assert first == {'iter': 2, 'epoch': 0}
    assert (second['iter'], second['mIoU']) == (4, 0)
    assert [call.args[0] for call in wandb.Artifact().add_file.call_args_list] == [
        str(tmp_path / f'work/iter_{n}.pth') for n in (2, 4)]
    assert [call.kwargs['aliases'][0] for call in wandb.log_artifact.call_args_list] == ['iter_2', 'iter_4']


def test_without_an_evaluation_it_says_so(run, caplog):
    assert artifacts(run(MMSegWandbHook(by_epoch=False, log_artifact=False))) == []
    assert 'nothing is evaluated' in caplog.text
