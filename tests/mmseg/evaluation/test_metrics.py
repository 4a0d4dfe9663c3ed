import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mmseg.evaluation.areas import intersect_and_union, total_intersect_and_union
from mmseg.evaluation.metrics import eval_metrics, mean_dice, mean_fscore, mean_iou, pre_eval_to_metrics

FUNCTIONS = {'mean_iou': mean_iou, 'mean_dice': mean_dice, 'mean_fscore': mean_fscore}
GOLDEN = Path(__file__).parents[2] / 'golden'
CASES = json.loads((GOLDEN / 'metrics.json').read_text())['cases']
ALL = ['mIoU', 'mDice', 'mFscore']


def compute(kind, case, preds, labels):
    """The result of one golden case, as a dict of arrays."""
    num_classes = case['num_classes']
    if kind in ('iou1', 'total'):
        if kind == 'iou1':
            areas = intersect_and_union(preds[case['index']], labels[case['index']], num_classes, 255)
        else:
            areas = total_intersect_and_union(preds, labels, num_classes, 255)
        return dict(zip(('intersect', 'union', 'pred', 'label'), areas))
    if kind == 'eval_all':
        return eval_metrics(preds, labels, num_classes, 255, ALL)
    if kind == 'pre_eval':
        return pre_eval_to_metrics([intersect_and_union(p, t, num_classes, 255) for p, t in zip(preds, labels)], ALL)
    kwargs = dict(case.get('kwargs', {}))
    if 'label_map' in kwargs:
        kwargs['label_map'] = {int(old): new for old, new in kwargs['label_map'].items()}
    return FUNCTIONS[kind](preds, labels, num_classes, case.get('ignore_index', 255), **kwargs)


@pytest.mark.parametrize('name', CASES)
def test_golden(name, golden):
    _, arrays = golden('metrics')
    case, kind = CASES[name], name.split('/')[0]
    preds, labels = (list(arrays[f'in/{case["set"]}/{part}']) for part in ('pred', 'label'))
    got = compute(kind, case, preds, labels)
    expected = {key.removeprefix(f'{name}/'): arrays[key] for key in arrays if key.startswith(f'{name}/')}
    assert set(got) == set(expected)
    for key, value in expected.items():
        rtol = 1e-6 if value.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(np.asarray(got[key]), value, rtol=rtol, err_msg=key)


def test_counts_are_exact_beyond_float32():
    """Per image and in sum: float32 holds no odd number above 2^24."""
    big = tuple(torch.tensor([2**24 + 1, 3]) for _ in range(4))
    odd = pre_eval_to_metrics([big, big, big])
    assert odd['IoU'].dtype == np.float64
    size = 4097  # 4097^2 > 2^24
    intersect, *_ = intersect_and_union(np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8), 1, 255)
    assert intersect.tolist() == [size * size]


def test_all_pixels_ignored_gives_nan():
    label = np.full((4, 4), 255, np.uint8)
    got = mean_iou([np.zeros((4, 4), np.uint8)], [label], 3, 255)
    assert np.isnan(got['aAcc'])
    assert np.isnan(got['IoU']).all()


@pytest.mark.parametrize('kind', [ValueError, KeyError])
def test_unknown_metric_names_the_nearest(kind):
    with pytest.raises(kind, match='mIoo.*mIoU') as raised:
        eval_metrics([], [], 2, 255, metrics='mIoo')
    assert '\n' not in str(raised.value)
    assert not str(raised.value).startswith('"')
