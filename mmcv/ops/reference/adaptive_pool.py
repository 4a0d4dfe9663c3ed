"""Adaptive pooling as two matrix products, whose matrices are made from the size of the map: exact for any size.

Runtimes know pooling over windows of one size alone, and those of adaptive pooling differ where the cells do not divide
the map. The mean over windows is linear in rows and in columns.
"""

import torch

from mmcv.utils import to_2tuple


def adaptive_avg_pool2d(x: torch.Tensor, cells: int | tuple[int | None, int | None]) -> torch.Tensor:
    """What ``torch.nn.functional.adaptive_avg_pool2d`` gives, of (N, C, H, W) or (C, H, W)."""
    rows, columns = to_2tuple(cells)
    if (rows, columns) == (1, 1):
        return x.mean((-2, -1), keepdim=True)
    down, across = _means(x.shape[-2], rows, x), _means(x.shape[-1], columns, x)
    return down @ (x @ across.transpose(0, 1))


def _means(size: int, cells: int, like: torch.Tensor) -> torch.Tensor:
    """(cells, size): the weight of each place of a line in the mean of each cell."""
    place = torch.arange(size, device=like.device)
    cell = torch.arange(cells, device=like.device)[:, None]
    first = cell * size // cells
    end = ((cell + 1) * size + (cells - 1)) // cells
    inside = (place >= first) & (place < end)
    return inside.to(like.dtype) / (end - first).to(like.dtype)
