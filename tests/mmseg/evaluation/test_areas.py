"""Areas of classes: the operator's counts against plain histograms, for whatever a caller may hand over."""

import numpy as np
import pytest
import torch
from PIL import Image

from mmseg.evaluation.areas import intersect_and_union, sum_areas, total_intersect_and_union

TYPES = ['bool', 'u1', 'i1', '<u2', '>u2', '<i2', '>i2', 'u4', 'i4', 'u8', 'i8']


def by_histogram(pred, label, num_classes, ignore_index=255):
    """Intersection, union, prediction and label areas as 0.30 defines them, in the slowest and plainest way."""
    pred, label = (np.asarray(values).astype(object) for values in (pred, label))
    counted = np.ones(label.shape, bool) if ignore_index is None else label != ignore_index
    pred, label = pred[counted], label[counted]
    both, of_pred, of_label = (
        np.array([np.sum(values == k) for k in range(num_classes)], np.int64)
        for values in (pred[pred == label], pred, label))
    return both, of_pred + of_label - both, of_pred, of_label


def check(pred, label, num_classes, ignore_index=255):
    got = intersect_and_union(pred, label, num_classes, ignore_index)
    assert isinstance(got, tuple)
    for area, expected in zip(got, by_histogram(pred, label, num_classes, ignore_index)):
        assert area.dtype == torch.int64
        assert area.shape == (num_classes,)
        assert area.device.type == 'cpu'
        assert area.untyped_storage().nbytes() == 8 * num_classes  # many are kept until the end: no matrix behind it
        assert area.tolist() == expected.tolist()


def draw(kind, seed=0, shape=(13, 17)):
    """Values of classes, of no class and, where the type holds them, 255 and negative ones."""
    kind = np.dtype(kind)
    values = np.array([0, 1, 2, 3, 4, 5, 255, 300, 65535, -1, -100])
    values = values[:2] if kind.kind == 'b' else values[values == values.astype(kind)]
    return np.random.RandomState(seed).choice(values, shape).astype(kind)


@pytest.mark.parametrize('label_type', TYPES)
@pytest.mark.parametrize('pred_type', TYPES)
def test_every_pair_of_types(pred_type, label_type):
    check(draw(pred_type, 0), draw(label_type, 1), 5)


@pytest.mark.parametrize('ignore_index', [None, -1, -100, 0, 3, 255, 65535])
def test_every_ignored_value(ignore_index):
    check(draw('i4', 0), draw('i4', 1), 5, ignore_index)


@pytest.mark.parametrize('num_classes', [1, 2, 300, 1000])
def test_any_number_of_classes(num_classes):
    check(draw('i8', 0), draw('i8', 1), num_classes)


def test_predictions_that_are_no_class_count_in_no_union():
    areas = intersect_and_union(np.array([0, 7, -1, 255, 1]), np.array([0, 0, 1, 2, 255]), 3, 255)
    assert [area.tolist() for area in areas] == [[1, 0, 0], [2, 1, 1], [1, 0, 0], [2, 1, 1]]


def test_a_label_that_is_no_class_leaves_the_prediction_counted():
    areas = intersect_and_union(np.array([0, 1, 1]), np.array([9, 9, 255]), 2, 255)
    assert [area.tolist() for area in areas] == [[0, 0], [1, 1], [1, 1], [0, 0]]


def test_views_locked_arrays_and_tensors():
    pred, label = draw('u1', 0), draw('u1', 1)
    check(pred[::-1, ::2], label[::-1, ::2], 5)
    check(torch.from_numpy(pred), torch.from_numpy(label), 5)
    check(pred.astype(np.float32), label, 5)  # label maps that went through a float file
    label.flags.writeable = pred.flags.writeable = False
    check(pred, label, 5)
    check(np.zeros((0, 3), int), np.zeros((0, 3), int), 2)


@pytest.mark.parametrize('options', [{'label_map': {0: 1, 1: 0}}, {'reduce_zero_label': True}])
def test_labels_of_the_caller_stay_as_they_are(options):
    label = np.array([[0, 1, 2, 255]] * 100, np.uint8)
    before = label.copy()
    intersect_and_union(np.zeros((100, 4), np.uint8), label, 3, 255, **options)
    np.testing.assert_array_equal(label, before)


def test_a_class_mapped_to_minus_one_is_ignored():
    label = np.array([[0, 1, 2, 0]], np.uint8)
    _, _, pred, labelled = intersect_and_union(np.array([[0, 0, 1, 0]]), label, 2, 255, {0: -1, 1: 0, 2: 1})
    assert pred.tolist() == [1, 1]
    assert labelled.tolist() == [1, 1]


@pytest.mark.parametrize('label_type', ['u1', 'i2', 'i8'])
def test_values_are_renamed_before_they_are_lowered(label_type):
    """As 0.30 does it: 0 and 255 become 255, and what is mapped to a negative number is ignored."""
    label = np.array([[0, 1, 2, 3, 255]] * 60, label_type)
    pred = np.array([[0, 0, 1, 0, 2]] * 60)
    areas = intersect_and_union(pred, label, 3, 255, {0: 2, 1: 3, 3: -1}, reduce_zero_label=True)
    assert [area.tolist() for area in areas] == [[0, 60, 0], [120, 120, 60], [120, 60, 0], [0, 120, 60]]


def test_reads_files(tmp_path):
    rng = np.random.RandomState(0)
    pred, label = rng.randint(0, 4, (2, 9, 7)).astype(np.uint8)
    np.save(tmp_path / 'pred.npy', pred)
    mask = Image.fromarray(label)
    mask.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])  # the indices count, not the colours
    mask.save(tmp_path / 'label.png')
    from_files = intersect_and_union(str(tmp_path / 'pred.npy'), str(tmp_path / 'label.png'), 4, 255)
    for a, b in zip(from_files, intersect_and_union(pred, label, 4, 255)):
        assert torch.equal(a, b)


def test_shapes_have_to_agree():
    with pytest.raises(ValueError, match=r'\(2, 3\).*\(3, 2\)'):
        intersect_and_union(np.zeros((2, 3), int), np.zeros((3, 2), int), 2, 255)



def test_sums_are_exact():
    areas = tuple(torch.tensor([2**24 + 1]) for _ in range(4))
    assert sum_areas([areas] * 3, 1)[0].tolist() == [3 * (2**24 + 1)]
    preds, labels = [draw('u1', i) for i in range(3)], [draw('u1', i) for i in range(3, 6)]
    total = total_intersect_and_union(preds, labels, 5, 255)
    assert total[0].dtype == torch.float64
    each = [intersect_and_union(pred, label, 5, 255) for pred, label in zip(preds, labels)]
    assert torch.equal(torch.stack(total), sum(torch.stack(areas) for areas in each).double())
