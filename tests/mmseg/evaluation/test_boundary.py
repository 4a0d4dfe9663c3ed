import cv2
import numpy as np
import pytest

from mmseg.evaluation.boundary import boundary_areas, boundary_mask


def one_class_boundary(mask, distance):
    """The definition for a binary mask: erode it step by step, with nothing outside of the image."""
    padded = np.pad(mask.astype(np.uint8), 1)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=distance)[1:-1, 1:-1]
    return mask & (eroded == 0)


def blobs(seed, classes=4, shape=(40, 60)):
    rng = np.random.RandomState(seed)
    return cv2.resize(rng.randint(0, classes, (5, 6)).astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST)


@pytest.mark.parametrize('distance', [1, 2, 5])
def test_mask_is_the_union_over_the_classes(distance):
    label = blobs(0)
    expected = sum(one_class_boundary(label == c, distance) for c in range(4))
    np.testing.assert_array_equal(boundary_mask(label.astype(np.int64), distance), expected.astype(bool))


def test_areas_of_each_class():
    pred, label = blobs(1), blobs(2)
    label[:9, :11] = 255
    both, union, area_pred, area_label = boundary_areas(pred, label, 4, dilation_ratio=0.03)
    distance = round(0.03 * np.hypot(40, 60))
    valid = label != 255
    for c in range(4):
        p = one_class_boundary((pred == c) & valid, distance)
        t = one_class_boundary(label == c, distance)
        assert both[c] == (p & t).sum()
        assert union[c] == (p | t).sum()
        assert area_pred[c] == p.sum()
        assert area_label[c] == t.sum()


def test_a_thin_shift_costs_more_than_iou_says():
    label = np.zeros((100, 100), np.int64)
    label[20:80, 20:80] = 1
    pred = np.roll(label, 2, axis=1)
    both, union, *_ = boundary_areas(pred, label, 2)
    iou = ((pred == 1) & (label == 1)).sum() / ((pred == 1) | (label == 1)).sum()
    assert both[1] / union[1] < 0.7 < 0.9 < iou
    both, union, *_ = boundary_areas(label, label, 2)
    assert (both == union).all()
