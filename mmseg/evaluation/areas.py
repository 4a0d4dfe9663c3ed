"""Pixel areas per class, from predictions and labels: one pass of the operator over each image."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch

from mmcv.ops import confusion_matrix
from mmseg.labels import read_label_map, remap_label

#: Per class: pixels where prediction and label agree, in either, in the prediction, in the label.
Areas = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]

LabelMap = np.ndarray | torch.Tensor
_TAKEN = (torch.uint8, torch.int16, torch.int32, torch.int64)  # the types that the operator counts as they are


def count_pairs(pred: LabelMap, label: LabelMap, num_classes: int, ignore_index: int | None) -> torch.Tensor:
    """How often each class was predicted where each class is; for integers of one shape.

    Returns:
        (K + 1, K + 1) int64 on the device of the arguments, rows = label, columns = prediction, the last ones for
        values that are no class; pixels labelled ``ignore_index`` do not count.
    """
    return confusion_matrix(_tensor(pred), _tensor(label), num_classes, ignore_index, outside=True)


def _tensor(values: LabelMap) -> torch.Tensor:
    if isinstance(values, np.ndarray):
        # torch takes no other byte order, no negative strides, and nothing that is locked
        values = np.require(values, values.dtype.newbyteorder('='), ['C', 'W'])
    values = torch.as_tensor(values)
    return values if values.dtype in _TAKEN else values.long()


def areas_of_pairs(pairs: torch.Tensor) -> Areas:
    """The areas, each (K,) int64, in the (K + 1, K + 1) counts of :func:`count_pairs`."""
    both, pred, label = pairs.diagonal()[:-1].clone(), pairs[:, :-1].sum(0), pairs[:-1].sum(1)
    return both, pred + label - both, pred, label


def intersect_and_union(
    pred_label: LabelMap | str | Path,
    label: LabelMap | str | Path,
    num_classes: int,
    ignore_index: int | None,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
) -> Areas:
    """Count the pixels of each class in one image.

    Pixels labelled ``ignore_index`` do not count. A label outside the classes is no class's label, yet the prediction
    there counts as a prediction.

    Args:
        pred_label: (H, W) predicted classes, or a ``.npy`` or image file of them.
        label: (H, W) label values, or a file of them; it is not altered.
        num_classes: how many classes there are.
        ignore_index: None for no such value.
        label_map, reduce_zero_label: applied to ``label`` in this order, see :func:`mmseg.labels.remap_label`.

    Returns:
        Intersection, union, prediction and label areas, each (num_classes,) int64.

    Raises:
        ValueError: prediction and label differ in shape.
    """
    pred, label = read_label_map(pred_label), read_label_map(label)
    if pred.shape != label.shape:
        raise ValueError(f'a prediction of shape {pred.shape} cannot be compared with a label of shape {label.shape}')
    if label_map or reduce_zero_label:
        label = remap_label(label, label_map, reduce_zero_label, ignore_index)
    return areas_of_pairs(count_pairs(pred, label, num_classes, ignore_index))


def total_intersect_and_union(
    results: Iterable,
    gt_seg_maps: Iterable,
    num_classes: int,
    ignore_index: int | None,
    label_map: Mapping[int, int] | None = None,
    reduce_zero_label: bool = False,
) -> Areas:
    """:func:`intersect_and_union` summed over images; each area (num_classes,) float64, exact up to 2^53 pixels."""
    per_image = (
        intersect_and_union(result, label, num_classes, ignore_index, label_map, reduce_zero_label)
        for result, label in zip(results, gt_seg_maps))
    return sum_areas(per_image, num_classes)


def sum_areas(per_image: Iterable[Areas], num_classes: int) -> Areas:
    """Add up the areas of many images in float64, where counts of pixels stay exact."""
    total = torch.zeros(4, num_classes, dtype=torch.float64)
    for areas in per_image:
        total += torch.stack([area.double() for area in areas])
    return tuple(total)
