"""What is drawn of a run."""

import json

import pytest

import mmcv
from mmseg.evaluation.curves import draw_curves, panels_of


def entry(mode, iteration, **values):
    return {'mode': mode, 'epoch': 1, 'iter': iteration, 'lr': 0.1, **values}


def test_losses_metrics_and_rates_by_iteration():
    entries = [entry('train', 10, loss=2.0, time=9), entry('val', 3, aAcc=.5, mIoU=.25, **{'IoU.a': .1}),
               entry('train', 20, loss=1.0, loss_aux=.5), entry('val', 3, **{'0_mIoU': .5, 'mDice': .6, '0_IoU.a': .1})]
    unit, panels = panels_of(entries)
    assert unit == 'iteration'
    assert panels == [
        ('loss', [('loss', [(10, 2.0), (20, 1.0)]), ('loss_aux', [(20, .5)])]),
        ('validation', [('aAcc', [(10, .5)]), ('mIoU', [(10, .25)]), ('0_mIoU', [(20, .5)]), ('mDice', [(20, .6)])]),
        ('learning rate', [('lr', [(10, 0.1), (20, 0.1)])])]


def test_the_first_of_several_optimizers():
    _, panels = panels_of([{**entry('train', 10), 'lr': {'G': 1.0, 'D': 2.0}}])
    assert panels == [('learning rate', [('lr', [(10, 1.0)])])]


def test_nothing_to_draw(tmp_path):
    log = tmp_path / 'a.log.json'
    log.write_text(json.dumps(entry('val', 3, mIoU=.5)))
    assert not draw_curves(log, tmp_path / 'out.png')
    assert not (tmp_path / 'out.png').exists()


def test_a_picture_of_a_whole_folder(tmp_path):
    pytest.importorskip('matplotlib')
    for name, first in (('1.log.json', 10), ('2.log.json', 30)):
        lines = (json.dumps(entry('train', i, loss=1 / i)) for i in (first, first + 10))
        (tmp_path / name).write_text('\n'.join(lines))
    assert draw_curves(tmp_path, tmp_path / 'out.png')
    assert mmcv.imread(str(tmp_path / 'out.png')).std() > 5
