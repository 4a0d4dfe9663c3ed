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


def resize_biases(table: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Resize a table of biases for a square window to one for another window, finest where the offsets are small.

    The old offsets are spread so that the distance to the next one grows by a constant factor, until the last ones
    lie where the new window ends; there a bicubic spline is read at the new offsets (Bao et al., "BEiT",
    https://arxiv.org/abs/2106.08254).

    Args:
        table: (h w, heads), of the odd number h = w of vertical and of horizontal offsets.
        window_size: (H, W) in cells.

    Returns:
        ((2 H - 1) (2 W - 1), heads), in the dtype of ``table``.

    Raises:
        ValueError: the table has less than 5 x 5 offsets, or is none of a square window.
    """
    side = int(len(table)**0.5)
    if side < 5 or side**2 != len(table):
        raise ValueError(f'a table of {len(table)} biases is none of a square window of at least 3 x 3 cells')
    rows, columns = (_spread(side // 2, size - 1).to(table.device) for size in window_size)
    resized = torch.einsum('Yy,yxn,Xx->YXn', rows, table.double().unflatten(0, (side, side)), columns)
    return resized.flatten(0, 1).to(table.dtype)


def _spread(old: int, new: int) -> torch.Tensor:
    """(2 new + 1, 2 old + 1): the offsets -new ... new in terms of 2 old + 1 old ones."""
    if old == new:
        return torch.eye(2 * old + 1, dtype=torch.float64)
    low, high = 1.01, 1.5
    while high - low > 1e-6:
        factor = (low + high) / 2
        low, high = (low, factor) if (factor**old - 1) / (factor - 1) > new else (factor, high)
    positive = torch.tensor([(factor**i - 1) / (factor - 1) for i in range(1, old + 1)], dtype=torch.float64)
    places = torch.cat([-positive.flip(0), torch.zeros(1, dtype=torch.float64), positive])
    return _spline(places, torch.arange(-new, new + 1, dtype=torch.float64).clamp(places[0], places[-1]))


def _spline(places: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """What a cubic spline through values at ``places`` is elsewhere, as a matrix (at, places).

    Its third derivative is continuous at the second and the last place but one (it is no knot). For the second
    derivatives m at the places, with the gaps h between them and the slopes s of the values,

        h_i m_i + 2 (h_i + h_(i+1)) m_(i+1) + h_(i+1) m_(i+2)  =  6 (s_(i+1) - s_i)
    """
    n = len(places)
    gaps = places.diff()
    slopes = torch.eye(n, dtype=places.dtype).diff(dim=0) / gaps[:, None]
    left, right = torch.zeros(2, n, n, dtype=places.dtype)
    for i in range(n - 2):
        left[i + 1, i:i + 3] = torch.stack([gaps[i], 2 * (gaps[i] + gaps[i + 1]), gaps[i + 1]])
    right[1:-1] = 6 * slopes.diff(dim=0)
    for row, i in ((0, 0), (n - 1, n - 3)):
        left[row, i:i + 3] = torch.stack([gaps[i + 1], -gaps[i] - gaps[i + 1], gaps[i]])
    second = torch.linalg.solve(left, right)  # (n, n): of each value alone

    i = torch.searchsorted(places, at, right=True).clamp(1, n - 1) - 1
    gap = gaps[i, None]
    a, b = (places[i + 1] - at)[:, None] / gap, (at - places[i])[:, None] / gap
    values = torch.eye(n, dtype=places.dtype)
    bends = (a**3 - a) * second[i] + (b**3 - b) * second[i + 1]
    return a * values[i] + b * values[i + 1] + bends * gap**2 / 6
