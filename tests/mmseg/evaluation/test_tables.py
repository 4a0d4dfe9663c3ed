import numpy as np

from mmseg.evaluation.tables import flatten, log_tables

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
