"""Label map of logits that are resized more than once, cut, turned or averaged, without any of the maps in between."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ._load import register
from .axis_map import AxisMap, stacked
from .reference import resample_argmax as reference


def _fake(logits: Tensor, rows: Tensor, row_weights: Tensor, columns: Tensor, column_weights: Tensor) -> Tensor:
    return logits.new_empty((logits.shape[0], rows.shape[1], columns.shape[1]), dtype=torch.int64)


_resample_argmax = register(
    'resample_argmax(Tensor logits, Tensor rows, Tensor row_weights, Tensor columns, Tensor column_weights) -> Tensor',
    reference.resample_argmax,
    _fake,
)


def resample_argmax(logits: Tensor, rows: Sequence[AxisMap], columns: Sequence[AxisMap]) -> Tensor:
    r"""The class of every pixel: argmax over k of logits that one linear map per axis brings to the wanted size.

    Resizing, cutting off, turning over and averaging windows are linear and do the same to every row and every column,
    so a chain of them is one sum of a few logits per pixel:

    .. code-block:: none

        z[n, k, y, x] = sum_i sum_j  row_weight[y, i] * column_weight[x, j] * logits[n, k, row[y, i] + column[x, j]]

    Of several views it is the argmax of the mean of their softmax over k. Equal to carrying out the chain step by step
    but where two classes tie within rounding (of equal ones the lowest wins), and where logits are not finite: NaN
    never wins, nor does a class that -inf masks, and what counts nothing is not read. No map of the result's size
    exists but the result.

    Args:
        logits: (N, K, P), the pixels of all maps of all views one after the other; float16, bfloat16 (both computed in
            float32), float32 or float64.
        rows, columns: for each view the map of each axis, all to H and W.

    Returns:
        int64 (N, H, W), without a gradient.

    Raises:
        ValueError: the logits are not (N, K, P) of a floating-point type with K, P >= 1, or there are not as many row
            maps as column maps, and at least one.
    """
    if logits.dim() != 3 or not logits.is_floating_point() or 0 in logits.shape[1:]:
        raise ValueError(f'resample_argmax: logits are {logits.dtype} {tuple(logits.shape)}; they must be '
                         'floating-point (N, K, P) with at least one class and one pixel')
    if not rows or len(rows) != len(columns):
        raise ValueError(f'resample_argmax: {len(rows)} row and {len(columns)} column maps; give one of each per view')
    wide = logits.detach() if logits.element_size() >= 4 else logits.detach().float()
    tables = []
    for axis in (stacked(rows), stacked(columns)):
        tables += [axis.index.to(wide.device), axis.weight.to(wide)]
    return _resample_argmax(wide, *tables)
