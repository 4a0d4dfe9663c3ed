"""The quick version at the start of a training: the same kinds, on as many files as there is time for."""

import time

import numpy as np

from mmseg.assembly.label_shares import check_label_shares
from mmseg.datasets import build_dataset

SPLITS = [f'{number:03}' for number in range(12)]


def data_set(tree, **options):
    pipeline = [dict(type='LoadImageFromFile'), dict(type='LoadAnnotations')]
    return build_dataset(dict(type='CustomDataset', data_root=str(tree.root), img_dir='images', img_suffix='.png',
                              ann_dir='masks', pipeline=pipeline, classes=['a', 'b', 'c'], **options))


def said(caplog):
    return [record.getMessage() for record in caplog.records if record.levelname == 'WARNING']


def test_sound_data_say_nothing(draw, caplog):
    check_label_shares(data_set(draw(SPLITS)))
    assert said(caplog) == []


def test_labels_from_one_that_are_read_so_say_nothing(draw, caplog):
    check_label_shares(data_set(draw(SPLITS, first=1), reduce_zero_label=True))
    assert said(caplog) == []


def test_damage_is_named(draw, caplog):
    tree = draw(SPLITS)
    tree.write(3, np.ascontiguousarray(tree.read(3).T))
    check_label_shares(data_set(tree))
    line, = said(caplog)
    assert 'size-mismatch' in line
    assert 'masks/003.png' in line


def test_labels_from_one_are_named(draw, caplog):
    check_label_shares(data_set(draw(SPLITS, first=1)))
    lines = said(caplog)
    assert any('one-based-labels' in line for line in lines), lines
    assert any('label-out-of-range' in line for line in lines), lines


def test_it_takes_no_longer_than_it_may(draw):
    data = data_set(draw([f'{number:03}' for number in range(60)]))
    start = time.process_time()
    check_label_shares(data, seconds=0.02)
    assert time.process_time() - start < 1
