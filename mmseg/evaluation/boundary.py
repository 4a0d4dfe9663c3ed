"""Boundary IoU: how well outlines agree, whatever the size of what they enclose.

Cheng et al.: Boundary IoU: Improving Object-Centric Image Segmentation Evaluation, CVPR 2021.
"""

import cv2
import numpy as np
import torch

from .areas import Areas


def boundary_mask(label: np.ndarray, distance: int) -> np.ndarray:
    """The pixels that lie near another class or the image's border.

    A pixel is inside of its class where the smallest value around it equals the largest: two passes serve all classes.

    Args:
        label: (H, W) integers, 0 ... 65534.
        distance: how near, in pixels, diagonal steps counting as one.

    Returns:
        (H, W) bool.
    """
    shifted = (label + 1).astype(np.uint16)  # 0 is for what lies outside of the image
    window = np.ones((2 * distance + 1, 2 * distance + 1), np.uint8)
    smallest = cv2.erode(shifted, window, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return smallest != cv2.dilate(shifted, window)


def boundary_areas(
    pred: np.ndarray, label: np.ndarray, num_classes: int, ignore_index: int | None = 255, dilation_ratio: float = 0.02
) -> Areas:
    """Count, per class, the boundary pixels of one image.

    Ignored pixels do not count; an outline against them is the same in prediction and label.

    Args:
        pred, label: (H, W) integers; labels are classes or ``ignore_index``.
        num_classes: how many classes there are.
        ignore_index: the label of ignored pixels.
        dilation_ratio: the boundary's width as a share of the image's diagonal, at least one pixel (the paper's 2 %).

    Returns:
        Intersection, union, prediction and label areas, each (num_classes,) int64.
    """
    distance = max(1, round(dilation_ratio * float(np.hypot(*label.shape))))
    ignored = label == ignore_index
    label = np.where(ignored, num_classes, label).astype(np.int64)
    pred = np.where(ignored, num_classes, pred).astype(np.int64)
    on_pred, on_label = boundary_mask(pred, distance), boundary_mask(label, distance)
    area_pred = _count(pred[on_pred], num_classes)
    area_label = _count(label[on_label], num_classes)
    both = _count(label[on_pred & on_label & (pred == label)], num_classes)
    return both, area_pred + area_label - both, area_pred, area_label


def _count(values: np.ndarray, num_classes: int) -> torch.Tensor:
    return torch.from_numpy(np.bincount(values, minlength=num_classes + 1)[:num_classes])
