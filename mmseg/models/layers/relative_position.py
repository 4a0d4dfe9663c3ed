"""Relative positions of the cells of a window, for attention that looks up a bias for each."""

import torch


def relative_position_index(window_size: tuple[int, int]) -> torch.Tensor:
    """Where a table of biases has that of each pair of cells.

    Args:
        window_size: (H, W) in cells.

    Returns:
        (H W, H W) int64: the entry for a query's cell (row) and a key's cell (column). Entries are numbered by their
        vertical and then their horizontal offset, 0 to (2 H - 1) (2 W - 1) - 1.
    """
    height, width = window_size
    y, x = torch.arange(height), torch.arange(width)
    rows = y[:, None] - y + height - 1
    columns = x[:, None] - x + width - 1
    index = rows[:, None, :, None] * (2 * width - 1) + columns[None, :, None, :]
    return index.flatten(0, 1).flatten(1)  # (H W, H W)
