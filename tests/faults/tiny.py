"""A segmentor, data and a hook as small as they can be, for jobs that are killed, stopped and disturbed."""

import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from mmcv.ops import SyncBatchNorm
from mmcv.runner import HOOKS, Hook
from mmseg.datasets import PIPELINES
from mmseg.models.builder import SEGMENTORS
from mmseg.models.segmentors.base_segmentor import BaseSegmentor


@SEGMENTORS.register_module()
class Tiny(BaseSegmentor):
    """Two convolutions, batch norm over all ranks, and dropout, in float64 or, with ``single``, in float32."""

    def __init__(self, dropout=0.1, num_classes=3, single=False, train_cfg=None, test_cfg=None):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = SyncBatchNorm(6)
        self.dropout = nn.Dropout2d(dropout)
        self.last = nn.Conv2d(6, num_classes, 1)
        self.to(torch.float32 if single else torch.float64)

    def extract_feat(self, imgs):
        return self.dropout(F.relu(self.norm(self.first(imgs.to(self.first.weight.dtype)))))

    def encode_decode(self, img, img_metas):
        return self.last(self.extract_feat(img))

    def forward_train(self, imgs, img_metas, gt_semantic_seg):
        return {'loss_ce': F.cross_entropy(self.encode_decode(imgs, img_metas), gt_semantic_seg[:, 0].long())}

    def simple_test(self, img, img_meta, **kwargs):
        return list(self.encode_decode(img, img_meta).argmax(1).numpy())

    def aug_test(self, imgs, img_metas, **kwargs):
        raise NotImplementedError


@PIPELINES.register_module()
class Noise:
    """Draws from each generator that a transform may use."""

    def __call__(self, results):
        draw = np.random.rand(*results['img'].shape) + float(torch.rand(()))
        results['img'] = (results['img'] + 20 * draw).astype(np.float32)
        return results


@HOOKS.register_module()
class Witness(Hook):
    """Keeps every loss in full, and says what the job is doing; both at once, as it may be killed at any moment."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.rank = os.environ.get('RANK', '0')

    def say(self, phase):
        with open(self.folder / f'phases_{self.rank}', 'a') as file:
            file.write(f'{phase}\n')

    def before_run(self, runner):
        self.say(f'process {os.getpid()}')

    def before_train_iter(self, runner):
        self.say('training')

    def after_train_iter(self, runner):
        line = json.dumps([runner.finished_iters, float(runner.outputs['loss'].detach()).hex()])
        with open(self.folder / f'losses_{self.rank}', 'a') as file:
            file.write(f'{line}\n')

    def before_evaluation(self, runner):
        self.say('evaluating')

    def before_save_checkpoint(self, runner, checkpoint):
        self.say('saving')
