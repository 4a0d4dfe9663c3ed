"""The losses of a validation set: of which images and labels, under which names, and as a metric."""

import json
import logging

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler

from mmcv.parallel import collate
from mmcv.runner import IterBasedRunner
from mmcv.utils import ConfigError
from mmseg.evaluation.adapters import evaluate_results
from mmseg.evaluation.curves import panels_of
from mmseg.evaluation.eval_hooks import EvalHook
from mmseg.evaluation.evaluator import Evaluator
from mmseg.evaluation.run_log import read_logs
from mmseg.evaluation.validation_loss import validation_losses


class Blocks:
    """Three images of different sizes that hold their labels, at half the size, flipped, padded to 8 x 8 by 50."""

    CLASSES = ('a', 'b', 'c')
    PALETTE = None
    ignore_index = 255

    def __init__(self, flip=False):
        self.flip = flip
        draw = np.random.RandomState(0)
        self.labels = [np.kron(draw.randint(0, 3, (5, 3 + i)), np.ones((2, 2), int)).astype(np.uint8) for i in range(3)]

    def __len__(self):
        return 3

    def __getitem__(self, index):
        small = self.labels[index][::2, ::2]
        height, width = small.shape
        img = np.full((8, 8), 50, np.float32)
        img[:height, :width] = small[:, ::-1] if self.flip else small
        meta = {'img_shape': (height, width, 1), 'ori_shape': self.labels[index].shape, 'flip': self.flip,
                'flip_direction': 'horizontal'}
        return {'img': [torch.from_numpy(img)[None]], 'img_metas': [meta]}

    def eval_label(self, index):
        return self.labels[index]

    def sample_files(self, idx):
        return {'img': f'{idx}.png'}

    def new_evaluator(self, metric='mIoU', bootstrap=0):
        return Evaluator(self, metric, bootstrap)

    def pre_eval(self, results, indices):
        raise NotImplementedError

    def evaluate(self, results, metric='mIoU', logger=None):
        return evaluate_results(self, results, self.labels, metric, logger)


class Model(nn.Module):
    """Its loss is how many pixels differ from their labels; they are those that its weight adds to."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.sizes, self.modes = [], []

    def forward(self, img, img_metas, return_loss=False):
        return [np.kron(one[0, :meta['img_shape'][0], :meta['img_shape'][1]].numpy(), np.ones((2, 2))).astype(int)
                for one, meta in zip(img[0], img_metas[0])]

    def train_step(self, batch, optimizer=None):
        if 'gt_semantic_seg' not in batch:
            return {'loss': self.weight.sum(), 'log_vars': {'loss': 7.0}, 'num_samples': 1}
        img, label = batch['img'], batch['gt_semantic_seg']
        self.sizes.append(len(img))
        self.modes.append(self.training)
        assert ((label == 255) == (img == 50)).all()
        wrong = ((img + self.weight != label) & (label != 255)).float().sum()
        return {'loss': wrong, 'log_vars': {'loss': wrong / len(img), 'decode.loss_ce': 2 * wrong / len(img)}}


def loader(dataset, size=2):
    return DataLoader(dataset, batch_sampler=BatchSampler(SequentialSampler(dataset), size, False), collate_fn=collate)


@pytest.mark.parametrize('flip', [False, True])
def test_labels_fit_their_images(flip):
    model = Model()
    assert validation_losses(model, loader(Blocks(flip))) == {'loss': 0, 'decode.loss_ce': 0}
    assert model.sizes == [2, 1]
    assert model.modes == [False, False]
    assert model.training


def test_the_mean_goes_over_images():
    model = Model()
    model.weight.data.fill_(1)
    pixels = [5 * (3 + i) for i in range(3)]
    losses = validation_losses(model.eval(), loader(Blocks()))
    assert losses == {'loss': pytest.approx(np.mean(pixels)), 'decode.loss_ce': pytest.approx(2 * np.mean(pixels))}
    assert not model.training


def train(tmp_path, **options):
    model = Model()
    runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), 0.0), work_dir=str(tmp_path),
                             logger=logging.getLogger('quiet'), max_iters=4)
    runner.register_training_hooks({'policy': 'fixed', 'by_epoch': False}, {}, {'interval': 4, 'by_epoch': False},
                                   {'interval': 1, 'hooks': [{'type': 'TextLoggerHook', 'by_epoch': False}]})
    runner.register_hook(EvalHook(loader(Blocks()), interval=2, **options), 'LOW')
    runner.run([[{'x': torch.zeros(1)}] * 2], [('train', 1)])
    return [json.loads(line) for line in next(tmp_path.glob('*.log.json')).read_text().splitlines()]


def test_it_stands_beside_the_metrics(tmp_path):
    val = [line for line in train(tmp_path, loss=True, save_best='loss') if line.get('mode') == 'val']
    assert [line['loss'] for line in val] == [0, 0]
    assert val[0]['mIoU'] == 1
    assert (tmp_path / 'best_loss_iter_2.pth').is_file()
    lines = dict(dict(panels_of(read_logs(tmp_path))[1])['loss'])
    assert lines['validation loss'] == [(2, 0), (4, 0)]
    assert [value for _, value in lines['loss']] == [7] * 4


def test_without_the_key_there_is_none(tmp_path):
    assert all('loss' not in line for line in train(tmp_path) if line.get('mode') == 'val')


def test_what_is_no_switch_is_refused():
    with pytest.raises(ConfigError, match='evaluation.loss'):
        EvalHook(loader(Blocks()), loss='yes')


def test_a_model_without_losses_is_named():
    with pytest.raises(ConfigError, match='evaluation.loss: Linear lacks train_step'):
        validation_losses(nn.Linear(1, 1), loader(Blocks()))
