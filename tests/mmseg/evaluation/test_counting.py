import numpy as np
import pytest
import torch

from mmseg.evaluation.areas import intersect_and_union
from mmseg.evaluation.counting import ConfusionMatrix, largest_confusions
from mmseg.evaluation.metrics import eval_metrics


def draw(dtype=np.int64, count=3, high=6):
    """Pairs of label maps over 5 classes; some labels are 255 and some, as some predictions, are no class."""
    rng = np.random.RandomState(0)
    preds, labels = rng.randint(0, high, (2, count, 13, 17)).astype(dtype)
    labels[rng.rand(*labels.shape) < 0.2] = 255
    return preds, labels


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.uint32, np.int32, np.int64, np.uint64])
def test_same_metrics_as_from_areas(dtype):
    preds, labels = draw(dtype)
    confusion = ConfusionMatrix(5)
    for pred, label in zip(preds, labels):
        confusion.update(pred, label)
    metrics = ['mIoU', 'mDice', 'mFscore']
    expected = eval_metrics(preds, labels, 5, 255, metrics, beta=2)
    for name, value in confusion.metrics(metrics, beta=2).items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)


@pytest.mark.parametrize('dtype', [bool, np.int8])
def test_predictions_of_few_classes_may_be_small(dtype):
    preds, labels = draw(high=2)
    confusion = ConfusionMatrix(2)
    confusion.update(preds.astype(dtype), labels)
    assert torch.equal(torch.stack(confusion.areas()), torch.stack(intersect_and_union(preds, labels, 2, 255)))


def test_rows_are_labels_and_columns_predictions():
    confusion = ConfusionMatrix(3, ignore_index=9)
    confusion.update(torch.tensor([0, 1, 1, 2]), torch.tensor([0, 0, 9, 2]))
    assert confusion.matrix.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_merge_adds():
    preds, labels = draw()
    parts = [ConfusionMatrix(5) for _ in preds]
    for part, pred, label in zip(parts, preds, labels):
        part.update(pred, label)
    whole = ConfusionMatrix(5)
    for part in parts:
        whole.merge(part)
    whole.reduce()  # one process: nothing to add
    expected = sum(torch.stack(intersect_and_union(p, t, 5, 255)) for p, t in zip(preds, labels))
    assert torch.equal(torch.stack(whole.areas()), expected)


def test_the_largest_confusions_come_first_and_the_diagonal_is_none():
    matrix = np.array([[90, 2, 0], [7, 50, 2], [0, 0, 3]])
    assert largest_confusions(matrix, 9) == [(1, 0), (0, 1), (1, 2)]
    assert largest_confusions(matrix, 1) == [(1, 0)]
    assert matrix.diagonal().tolist() == [90, 50, 3]


@pytest.mark.gpu
def test_stays_on_the_device():
    preds, labels = draw()
    confusion, on_cpu = ConfusionMatrix(5), ConfusionMatrix(5)
    confusion.update(torch.from_numpy(preds).cuda(), torch.from_numpy(labels).cuda())
    on_cpu.update(preds, labels)
    assert confusion.matrix.is_cuda
    assert torch.equal(confusion.matrix.cpu(), on_cpu.matrix)
