"""Work directories as runs leave them, drawn rather than trained."""

import json

import numpy as np
import pytest

from mmseg.evaluation.calibration import Calibration
from mmseg.evaluation.image_pairs import ImagePairs
from mmseg.report.panels import panels_of_image
from mmseg.report.snapshot import Snapshot

CLASSES = ['road', 'tree <tall>', 'sky']
PALETTE = [[128, 64, 128], [0, 128, 0], [70, 130, 180]]


def entries(iterations=6, loss=2.0, miou=0.4):
    """The lines of a log: training, one evaluation in the middle and one at the end."""
    for i in range(1, iterations + 1):
        yield {'mode': 'train', 'epoch': 1, 'iter': 10 * i, 'lr': 0.01 / i, 'memory': 500 + i, 'loss': loss / i,
               'decode.loss_ce': loss / i / 2, 'time': 0.5, 'data_time': 0.1, 'data_share': 0.2}
        if i in (iterations // 2, iterations):
            value = miou * i / iterations
            yield {'mode': 'val', 'epoch': 1, 'iter': 5, 'lr': 0.01 / i, 'aAcc': 0.8, 'mIoU': value, 'mAcc': 0.6,
                   'IoU.road': 0.7, 'IoU.sky': value, 'Acc.road': 0.9, 'Acc.sky': 0.5}


def drawn_pairs(images=12, wrong=0.2, seed=0):
    """Counts of images that are wrong at about this share of their pixels; the last class is in half of them only."""
    draw, pairs = np.random.RandomState(seed), ImagePairs(len(CLASSES))
    for index in range(images):
        counts = np.zeros((4, 4), np.int64)
        for k in range(3 if index % 2 else 2):
            pixels = draw.randint(100, 1000)
            missed = int(pixels * wrong * draw.uniform(0, 2))
            counts[k, k], counts[k, (k + 1) % 3] = pixels - missed, missed
        pairs.add(index, counts)
    return pairs


def drawn_snapshot(**kwargs):
    pairs = drawn_pairs(**kwargs)
    draw, calibration = np.random.RandomState(1), Calibration()
    sure = draw.uniform(0.3, 1, 5000)
    calibration.add(sure, draw.uniform(0, 1, 5000) < sure - 0.1)
    label = np.kron(draw.randint(0, 3, (4, 4)), np.ones((8, 10), int))
    prediction = np.where(draw.uniform(size=label.shape) < 0.1, 0, label)
    panels = panels_of_image(draw.randint(0, 255, (32, 40, 3)).astype(np.uint8), label, prediction,
                             draw.uniform(0, 1, label.shape), CLASSES, PALETTE)
    shown = [{'index': index, 'why': why, 'iou': 0.5, 'panels': list(map(list, panels))}
             for index, why in ((3, 'worst'), (4, 'best'), (5, 'confused'))]
    return Snapshot(
        classes=CLASSES, palette=PALETTE, images=[f'town/{i} ü.png' for i in range(len(pairs.images))],
        done='iteration 60 of 60', when='2026-01-02 03:04', metrics={'mIoU': 0.4}, environment='GPU: none',
        config=[('model.type', "'EncoderDecoder'", 'configs/x.py:3'), ('seed', '0', '--cfg-options')], shown=shown,
        measured=12, pairs=pairs, calibration=calibration)


@pytest.fixture
def leave(tmp_path):
    """``leave(name, snapshot=True, ...)``: the folder of a run with a log, a config, checkpoints and a snapshot."""

    def leave(name='run', snapshot=True, config='seed = 0\n', log=None, **kwargs):
        folder = tmp_path / 'work_dirs' / name
        folder.mkdir(parents=True)
        lines = [{'env_info': 'CPU: some', 'seed': 0}, *(entries() if log is None else log)]
        (folder / '20260102_030405.log.json').write_text('\n'.join(map(json.dumps, lines)) + '\n')
        (folder / f'{folder.name}.py').write_text(config)
        for checkpoint in ('iter_30.pth', 'iter_60.pth'):
            (folder / checkpoint).write_bytes(b'')
        if snapshot:
            drawn_snapshot(**kwargs).save(folder)
        return folder

    return leave
