import logging

import numpy as np
import torch

from mmseg.evaluation.image_areas import ImageAreas
from mmseg.evaluation.tables import describe_means, flatten, log_tables, summarize

METRICS = {'aAcc': np.float64(0.123456), 'IoU': np.array([0.33335, np.nan, 1.0]), 'Acc': np.array([0.5, np.nan, 0.0])}


def test_flat_dict_is_rounded_to_hundredths_of_a_percent():
    flat = flatten(METRICS, ('sky', 'sea', 'land'))
    assert list(flat) == ['aAcc', 'mIoU', 'mAcc', 'IoU.sky', 'IoU.sea', 'IoU.land', 'Acc.sky', 'Acc.sea', 'Acc.land']
    assert flat['aAcc'] == 12.35 / 100
    assert flat['mIoU'] == 66.67 / 100  # of the classes that occur
    assert flat['IoU.sky'] == np.round(33.335, 2) / 100
    assert np.isnan(flat['IoU.sea'])
    assert all(type(value) is float for value in flat.values())


def test_tables(capsys):
    log_tables(METRICS, ('sky', 'sea', 'land'))
    lines = capsys.readouterr().out.splitlines()
    assert '|  sea  |  nan  | nan  |' in lines
    assert '| 12.35 | 66.67 | 25.0 |' in lines


def test_no_class_at_all_gives_nan(recwarn):
    flat = flatten({'aAcc': np.float64(np.nan), 'IoU': np.full(2, np.nan)}, 'ab')
    assert np.isnan(flat['mIoU'])
    assert not recwarn.list


def test_the_means_say_over_how_many_classes_they_go():
    every = {'aAcc': np.float64(1), 'IoU': np.array([0.5, 0.5]), 'Acc': np.array([0.5, 0.5])}
    assert describe_means(every, []) == 'The means go over 2 of 2 classes'
    assert describe_means(METRICS, ['sea']) == (
        'The means go over 2 of 3 classes. Without a pixel in the ground truth: sea')
    predicted = {**METRICS, 'IoU': np.array([0.5, 0.0, 1.0])}  # somewhere, where there is none
    assert describe_means(predicted, ['sea']) == (
        'Of 3 classes, mIoU is the mean of 3, mAcc is the mean of 2. Without a pixel in the ground truth: sea')


def test_classes_without_a_pixel_are_named_in_a_warning(caplog):
    areas = tuple(torch.tensor(values) for values in ([1, 0, 0], [2, 1, 0], [1, 1, 0], [2, 0, 0]))
    with caplog.at_level('INFO'):
        flat = summarize(ImageAreas([areas, areas]), ('sky', 'sea', 'land'), ['mIoU'], logging.getLogger('quiet'))
    warning, = (record for record in caplog.records if record.levelname == 'WARNING')
    assert warning.getMessage() == (
        'Of 3 classes, mIoU is the mean of 2, mAcc is the mean of 1. Without a pixel in the ground truth: sea, land')
    assert flat['mIoU'] == 0.25


def test_where_every_class_occurs_there_is_no_warning(caplog):
    areas = tuple(torch.tensor([1, 1]) for _ in range(4))
    with caplog.at_level('INFO'):
        summarize(ImageAreas([areas]), ('sky', 'sea'), ['mIoU'], logging.getLogger('quiet'))
    assert caplog.messages[-1] == 'The means go over 2 of 2 classes'
    assert {record.levelname for record in caplog.records} == {'INFO'}
