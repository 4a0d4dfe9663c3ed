"""Confusion matrices."""

import numpy as np
import pytest
import torch

from mmcv.ops import confusion_matrix


def labels(*shape, dtype=torch.int64, classes=5):
    """Random classes with some ignored pixels and some values that are no class."""
    values = torch.randint(0, classes + 2, shape)
    return torch.where(values == classes + 1, 255, values).to(dtype)


def samples():
    for dtype in (torch.uint8, torch.int16, torch.int32, torch.int64):
        yield labels(2, 7, 5), labels(2, 7, 5, dtype=dtype), 5, 255
        yield labels(2, 7, 5, dtype=dtype), labels(2, 7, 5, dtype=dtype), 5, 255
    yield labels(0, 7, 5), labels(0, 7, 5), 5, 255
    yield labels(), labels(), 5, 255
    yield labels(9, 11).t(), labels(11, 9)[:, ::1], 5, 255
    yield labels(9, 22)[:, ::2], labels(9, 11), 5, 255
    yield labels(2, 3, 9, 11).to(memory_format=torch.channels_last), labels(2, 3, 9, 11), 5, 255
    yield labels(50, 61, classes=200), labels(50, 61, classes=200), 200, 255  # beyond a CUDA block's shared memory
    for classes in (109, 110):  # the most that fit into a CUDA block's shared memory, and one more
        yield labels(40, 51, classes=classes), labels(40, 51, classes=classes), classes, 255
    yield labels(9, 11) - 3, labels(9, 11) - 3, 2, -3
    for ignored in (-1, 511):  # as a byte 255
        yield labels(9, 11, dtype=torch.uint8), labels(9, 11, dtype=torch.uint8), 5, ignored
    yield labels(600, 700), labels(600, 700), 5, 255  # enough for several threads


def invalid():
    yield torch.zeros(3), torch.zeros(3).long(), 3, 255
    yield torch.zeros(3).long(), torch.zeros(3).bool(), 3, 255
    yield torch.zeros(2, 3).long(), torch.zeros(3, 2).long(), 3, 255
    yield torch.zeros(3).long(), torch.zeros(4).long(), 3, 255
    yield torch.zeros(3).long(), torch.zeros(3).long(), -1, 255


SAMPLES = {'confusion_matrix': samples}
INVALID = {'confusion_matrix': invalid}
NOT_DIFFERENTIABLE = {'confusion_matrix': 'counts of integers'}


def count_by_hand(pred, label, num_classes, ignore_index):
    matrix = np.zeros((num_classes + 1, num_classes + 1), np.int64)
    for p, t in zip(pred.flatten().tolist(), label.flatten().tolist()):
        if t != ignore_index:
            matrix[t if 0 <= t < num_classes else num_classes, p if 0 <= p < num_classes else num_classes] += 1
    return torch.from_numpy(matrix)


@pytest.mark.parametrize(('low', 'high', 'ignore_index'), [(0, 7, 255), (0, 7, 0), (-2, 9, 255), (-2, 9, -1)])
def test_counts_as_by_hand(low, high, ignore_index):
    pred, label = torch.randint(low, high, (2, 2, 33, 17))
    matrix = confusion_matrix(pred, label, 7, ignore_index, outside=True)
    torch.testing.assert_close(matrix, count_by_hand(pred, label, 7, ignore_index))


def test_rows_are_labels_and_columns_predictions():
    matrix = confusion_matrix(torch.tensor([1, 1, 2]), torch.tensor([0, 0, 2]), 3)
    assert matrix.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]
    assert matrix.dtype == torch.int64
    assert matrix.is_contiguous()


def test_labels_that_are_no_class_are_left_out():
    pred, label = torch.tensor([0, 1, 1, 0]), torch.tensor([0, 255, 7, -1])
    assert confusion_matrix(pred, label, 2).tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize('value', [2, -1, 255])
def test_a_prediction_that_is_no_class_is_an_error(value):
    pred, label = torch.tensor([0, value, value]), torch.tensor([0, 1, 255])
    with pytest.raises(ValueError, match=r'^confusion_matrix: 1 predictions lie outside the 2 classes; .*agree$'):
        confusion_matrix(pred, label, 2)


def test_areas_are_those_of_0_30_even_with_labels_out_of_range(golden):
    _, arrays = golden('metrics')
    pred, label = (torch.from_numpy(arrays[f'in/s7_out_of_range/{name}']) for name in ('pred', 'label'))
    matrix = confusion_matrix(pred, label, 7, outside=True).numpy()
    for name, area in (('intersect', matrix.diagonal()), ('label', matrix.sum(1)), ('pred', matrix.sum(0))):
        np.testing.assert_array_equal(area[:7], arrays[f'total/s7_out_of_range/{name}'])


@pytest.mark.parametrize(('pred', 'label', 'num_classes', 'message'), [
    (torch.zeros(2, 3), torch.zeros(2, 3).long(), 3, r'pred is torch.float32; .*argmax'),
    (torch.zeros(2, 3).long(), torch.zeros(2, 3).bool(), 3, r'label is torch.bool; .*uint8'),
    (torch.zeros(2, 3).long(), torch.zeros(3, 2).long(), 3, r'pred is \(2, 3\) and label \(3, 2\)'),
    (torch.zeros(2).long(), torch.zeros(2, device='meta').long(), 3, r'pred is on cpu and label on meta'),
    (torch.zeros(2).long(), torch.zeros(2).long(), 0, r'num_classes is 0; .*1\.\.32767'),
    (torch.zeros(2).long(), torch.zeros(2).long(), 2.5, r'num_classes is 2.5; .*integer'),
])
def test_wrong_arguments_are_one_clear_line(pred, label, num_classes, message):
    with pytest.raises(ValueError, match=rf'^confusion_matrix: .*{message}') as raised:
        confusion_matrix(pred, label, num_classes)
    assert '\n' not in str(raised.value)
