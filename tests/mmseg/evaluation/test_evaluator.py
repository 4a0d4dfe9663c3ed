"""Predictions counted while they come in, by way of an evaluator, of pre_eval, or of whole label maps."""

import math
import re

import numpy as np
import pytest

from mmseg.evaluation.adapters import evaluate_results, pre_evaluate
from mmseg.evaluation.boundary import boundary_areas
from mmseg.evaluation.counting import ConfusionMatrix
from mmseg.evaluation.evaluator import Evaluator
from mmseg.evaluation.joined import JoinedEvaluator, evaluate_each
from mmseg.evaluation.metrics import eval_metrics
from mmseg.labels import DataError


class Labels:
    """Six label maps of three classes, some pixels ignored."""

    CLASSES = ('a', 'b', 'c')

    def __init__(self, seed=0, ignore_index=255):
        self.ignore_index = ignore_index
        draw = np.random.RandomState(seed)
        self.maps = [draw.choice([0, 1, 2, 255], (20, 24), p=[.4, .3, .2, .1]).astype(np.uint8) for _ in range(6)]

    def __len__(self):
        return 6

    def eval_label(self, index):
        return self.maps[index]

    def sample_files(self, idx):
        return {'img': f'img/{idx}.jpg', 'label': f'ann/{idx}.png'}

    def new_evaluator(self, metric='mIoU', bootstrap=0):
        return Evaluator(self, metric, bootstrap)

    def evaluate(self, results, metric='mIoU', logger=None, **options):
        return evaluate_results(self, results, self.maps, metric, logger, **options)


def predictions(seed=9):
    draw = np.random.RandomState(seed)
    return [draw.randint(0, 3, (20, 24)) for _ in range(6)]


METRICS = ['mIoU', 'mDice', 'mFscore', 'mBIoU']


def test_every_way_gives_the_same():
    dataset, preds = Labels(), predictions()
    evaluator = Evaluator(dataset, METRICS, bootstrap=1)
    evaluator.add(preds[:4], range(4))
    evaluator.add(preds[4:], [4, 5])
    evaluator.reduce()
    expected = dataset.evaluate(evaluator, METRICS, 'silent', bootstrap=50)
    assert dataset.evaluate(preds, METRICS, 'silent', bootstrap=50) == expected
    plain = eval_metrics(preds, dataset.maps, 3, 255, METRICS[:3])
    assert expected['IoU.b'] == round(100 * plain['IoU'][1], 2) / 100
    assert expected['mIoU.low'] < expected['mIoU'] < expected['mIoU.high']
    confusion = ConfusionMatrix(3)
    for pred, label in zip(preds, dataset.maps):
        confusion.update(pred, label)
    without = dataset.evaluate(evaluator, METRICS[:3], 'silent')
    assert dataset.evaluate(confusion, METRICS[:3], 'silent') == without
    assert dataset.evaluate(pre_evaluate(dataset, preds, range(6)), METRICS[:3], 'silent') == without


def test_pre_eval_takes_one_or_many():
    dataset, preds = Labels(), predictions()
    many = pre_evaluate(dataset, preds[2:4], [2, 3])
    for given, index in ((preds[2], 2), ([preds[2]], np.int64(2)), ([preds[2]], [2])):
        one, = pre_evaluate(dataset, given, index)
        assert all((a == b).all() for a, b in zip(one, many[0]))


def test_boundaries_are_those_of_each_image():
    dataset, preds = Labels(), predictions()
    evaluator = Evaluator(dataset, ['mBIoU'])
    evaluator.add(preds, range(6))
    areas = sum(np.stack(boundary_areas(pred, label, 3)) for pred, label in zip(preds, dataset.maps))
    np.testing.assert_array_equal(evaluator.metrics(['mBIoU'])['BIoU'], areas[0] / areas[1])


def test_without_an_ignored_value_every_label_has_to_be_a_class():
    dataset, preds = Labels(ignore_index=None), predictions()
    with pytest.raises(DataError, match=r'ann/0\.png: label 255'):
        Evaluator(dataset).add(preds, range(6))
    dataset.maps = [np.minimum(label, 2) for label in dataset.maps]
    evaluator = Evaluator(dataset, ['mIoU', 'mBIoU'])
    evaluator.add(preds, range(6))
    assert int(evaluator.areas()[3].sum()) == 6 * 20 * 24


def test_sizes_have_to_agree():
    with pytest.raises(DataError, match=re.escape('ann/1.png: the label has shape (20, 24), the prediction (24, 20)')):
        Evaluator(Labels()).add([np.zeros((24, 20), int)], [1])


@pytest.mark.parametrize('ask', [lambda e: e.metrics(['mBIoU']), lambda e: e.interval(10)])
def test_what_was_not_announced_cannot_be_asked_for(ask):
    with pytest.raises(ValueError, match='announce it'):
        ask(Evaluator(Labels()))


class Row:
    """Two data sets in a row."""

    def __init__(self, *datasets):
        self.datasets, self.cumulative_sizes = datasets, (6, 12)

    def get_dataset_idx_and_sample_idx(self, indice):
        return divmod(indice, 6)


@pytest.mark.parametrize('whole', [True, False])
def test_data_sets_in_a_row_are_evaluated_each(whole, caplog, capsys):
    row, preds = Row(Labels(0), Labels(1)), predictions(3) + predictions(4)
    row.datasets[1].img_dir = 'there'
    results = preds
    if not whole:
        results = JoinedEvaluator(row, ['mIoU'])
        results.add(preds, range(12))
        results.reduce()
    metrics = evaluate_each(row, results, ['mIoU'], None)
    first = row.datasets[0].evaluate(preds[:6], 'mIoU', 'silent')
    assert {name[2:]: value for name, value in metrics.items() if name.startswith('0_')} == first
    assert metrics['1_mIoU'] == row.datasets[1].evaluate(preds[6:], 'mIoU', 'silent')['mIoU']
    assert not math.isnan(metrics['1_IoU.c'])
    printed = capsys.readouterr().out
    assert 'Evaluating data set 0, 6 images' in printed
    assert 'Evaluating there, 6 images' in printed


def test_the_images_of_a_row_are_kept_by_their_indices_in_it():
    parts = [Labels(0), Labels(1)]
    joined = JoinedEvaluator(Row(*parts))
    assert joined.per_image is None
    joined.keep_images()
    preds = [*predictions(2), *predictions(3)]
    joined.add(preds, range(12))
    joined.reduce()
    assert joined.per_image.indices() == list(range(12))
    for index in (1, 8):
        one = ConfusionMatrix(3, 255)
        one.update(preds[index], parts[index // 6].maps[index % 6])
        assert (joined.per_image.of(index) == one.counts.numpy()).all()
