"""Label map of resampled logits in plain PyTorch."""

import torch
from torch import Tensor


def resample_argmax(
    logits: Tensor, rows: Tensor, row_weights: Tensor, columns: Tensor, column_weights: Tensor
) -> Tensor:
    """See :func:`mmcv.ops.resample_argmax`."""
    maps = [_resampled(logits, *view) for view in zip(rows, row_weights, columns, column_weights)]
    values = maps[0] if len(maps) == 1 else sum(z.softmax(1) for z in maps)
    return values.masked_fill(values.isnan(), -torch.inf).argmax(1)


def _resampled(logits: Tensor, rows: Tensor, row_weights: Tensor, columns: Tensor, column_weights: Tensor) -> Tensor:
    """Logits (N, K, P) to (N, K, H, W)."""
    z = logits.new_zeros(*logits.shape[:2], len(rows), len(columns))
    for row, height in zip(rows.T, row_weights.T):
        across = torch.zeros_like(z)
        for column, width in zip(columns.T, column_weights.T):
            source = logits[:, :, row[:, None] + column]
            across += torch.where(width == 0, 0, width * source)
        z += torch.where(height[:, None] == 0, 0, height[:, None] * across)
    return z
