"""Runs in a Python with mmsegmentation 0.30: ``rival_worker.py JOB ARGUMENTS THREADS``, then questions on stdin.

Only names of mmcv 1.x and mmsegmentation 0.30 are used here; see rival.py for the other side.
"""
import importlib
import importlib.util
import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

# measure.py imports nothing of this project: the same clock on both sides.
_spec = importlib.util.spec_from_file_location('measure', Path(__file__).with_name('measure.py'))
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)


def _of_0x(module, name):
    """A name by its address in 0.30, which here would be an old one."""
    return getattr(importlib.import_module(module), name)


def _segmentor(config, state):
    from mmcv.utils import ext_loader

    # PSPNet needs none of mmcv's compiled operators, but the package of its heads imports all of them.
    ext_loader.load_ext = lambda name, functions: SimpleNamespace(**dict.fromkeys(functions))
    from mmcv.cnn.utils import revert_sync_batchnorm
    from mmseg.models import build_segmentor

    cfg = _of_0x('mmcv', 'Config').fromfile(config)
    cfg.model.pretrained = None
    model = revert_sync_batchnorm(build_segmentor(cfg.model))
    model.load_state_dict(state)
    return model


def infer(config, state, img, meta):
    """Images to label maps."""
    model = _segmentor(config, state).eval()

    def run():
        with torch.no_grad():
            return model(return_loss=False, rescale=True, img=[img], img_metas=[[meta]])
    return run


def train(config, state, batch):
    """Forward and backward."""
    model = _segmentor(config, state).train()
    return lambda: model.train_step(batch, None)['loss'].backward()


def head(config, state, maps, label):
    """Forward and backward of the decode head alone."""
    model = _segmentor(config, state).train()

    def run():
        x = maps.detach().requires_grad_()
        model.decode_head([x] * 5).square().mean().backward()
    return run


def evaluate(logits, label, size, num_classes):
    """Logits of a frame to its areas of intersection and union."""
    intersect_and_union, resize = _of_0x('mmseg.core', 'intersect_and_union'), _of_0x('mmseg.ops', 'resize')

    def run():
        pred = resize(logits, size, mode='bilinear', align_corners=False).argmax(1)
        return intersect_and_union(pred[0].numpy(), label, num_classes, 255, {}, False)
    return run


def data(pipeline, img_dir, ann_dir, name, label_name, samples):
    """Training samples from their files."""
    import cv2

    from mmseg.datasets.pipelines import Compose
    cv2.setNumThreads(0)
    compose = Compose(pipeline)

    def run():
        for seed in range(samples):
            random.seed(seed)
            np.random.seed(seed)
            compose(dict(img_info=dict(filename=name), ann_info=dict(seg_map=label_name), seg_fields=[],
                         img_prefix=img_dir, seg_prefix=ann_dir))
    return run


def transforms(pipeline, img, label, samples):
    """Training samples from a decoded frame."""
    import cv2

    from mmseg.datasets.pipelines import Compose

    cv2.setNumThreads(0)
    compose = Compose(pipeline)
    loaded = dict(filename='', ori_filename='', img_shape=img.shape, ori_shape=img.shape, pad_shape=img.shape,
                  scale_factor=1.0, img_norm_cfg={}, seg_fields=['gt_semantic_seg'])

    def run():
        for seed in range(samples):
            random.seed(seed)
            np.random.seed(seed)
            compose(dict(loaded, img=img, gt_semantic_seg=label, seg_fields=['gt_semantic_seg']))
    return run


def main(job, arguments, threads):
    torch.set_num_threads(int(threads))
    way = measure.Way(globals()[job](**torch.load(arguments, weights_only=False)))
    for line in sys.stdin:
        print('RIVAL', json.dumps(getattr(way, line.strip())()), flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
