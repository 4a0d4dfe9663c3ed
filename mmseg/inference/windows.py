"""Windows over an image of any size, whose logits are blended where they overlap."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch

_GRID = 32  # pixels that one cell of the coarsest map of a network stands for, with most of them

#: From the rows and the columns of some windows in one row to their logits (N, K, h, w), which are changed.
WindowLogits = Callable[[slice, Sequence[slice]], torch.Tensor]
#: The first row, the first column and the logits (K, h, w) of a part of an image.
Part = tuple[int, int, torch.Tensor]


class Window(NamedTuple):
    """A window along one axis.

    Attributes:
        seen: the pixels that the network sees.
        start, stop: between them its logits count.
        weight: how much, for each pixel in between; those of all windows add up to 1 in every pixel.
        final: up to here no later window adds anything.
    """

    seen: slice
    start: int
    stop: int
    weight: torch.Tensor
    final: int


def lay_windows(size: int, crop: int, overlap: int) -> list[Window]:
    """Windows of ``crop`` pixels that cover ``size`` pixels and share ``overlap`` pixels or more.

    They begin at multiples of 32 where the step allows it, so that the cells of a network's maps lie as in the whole
    image; the last one, which ends with the image, is up to 31 pixels larger for that. From each window to the next the
    weight moves over evenly within half of ``overlap``, in the middle of what both see; elsewhere one has weight 1. So
    nothing counts that lies within a quarter of ``overlap`` from a border within the image: a network that sees no
    farther than that gives in windows what it gives of the whole.

    Raises:
        ValueError: nothing is left of the step.
    """
    if not 0 <= overlap < crop:
        raise ValueError(f'windows of {crop} pixels cannot overlap by {overlap}: give 0 to {crop - 1}')
    seen = _windows(size, crop, crop - overlap)
    seams = [(after.start + before.stop) / 2 for before, after in pairwise(seen)]
    pixels = np.arange(size) + 0.5
    # How much of the weight lies with this window or later ones: all for the first, nothing behind the last.
    later = [np.ones(size), *(_rise(pixels, seam, overlap / 2) for seam in seams), np.zeros(size)]
    starts = [0, *(int(np.argmax(rise > 0)) for rise in later[1:-1]), size]
    laid = []
    for index, part in enumerate(seen):
        weight = later[index] - later[index + 1]
        counts = np.flatnonzero(weight)
        start, stop = starts[index], int(counts[-1]) + 1
        laid.append(Window(part, start, stop, torch.from_numpy(weight[start:stop]).float(), starts[index + 1]))
    return laid


def _windows(size: int, crop: int, step: int) -> list[slice]:
    grid = min(_GRID, 1 << (step.bit_length() - 1))  # the largest power of two that fits
    last = max(0, size - crop) // grid * grid
    starts = range(0, last, step // grid * grid)
    return [*(slice(start, start + crop) for start in starts), slice(last, size)]


def _rise(pixels: np.ndarray, seam: float, width: float) -> np.ndarray:
    """0 before a seam, 1 behind it."""
    return (pixels >= seam).astype(float) if width == 0 else np.clip((pixels - seam) / width + 0.5, 0, 1)


def blend(
    rows: Sequence[Window], columns: Sequence[Window], logits_of: WindowLogits, batch_size: int = 1,
) -> Iterator[Part]:
    """Go through all windows, and give each part of the image as soon as no further window adds to it.

    What later windows add to is kept: of the last row of windows a strip half of ``overlap`` high and as wide as the
    image, and of the last window one half of ``overlap`` wide. So memory grows with the width of the image only.

    Args:
        rows, columns: from :func:`lay_windows`.
        logits_of: gives the logits of windows.
        batch_size: how many windows of a row are asked for at once.

    Yields:
        The parts, which together are the whole, from left to right and from top to bottom.
    """
    kept: torch.Tensor | None = None  # what rows of windows have added to those of the next, from its start on
    for row in rows:
        done, height = row.final - row.start, row.stop - row.final
        above, kept = kept, kept if kept is not None and kept.shape[1] == height else None
        for x, part in _blend_row(row, columns, logits_of, batch_size):
            inside = slice(x, x + part.shape[2])
            if above is not None:
                part[:, :above.shape[1]] += above[:, :, inside]
            if kept is None:
                kept = part.new_empty(len(part), height, columns[-1].final)
            kept[:, :, inside] = part[:, done:]  # of the same memory as above, which is not looked at here any more
            yield row.start, x, part[:, :done]


def _blend_row(
    row: Window, columns: Sequence[Window], logits_of: WindowLogits, batch_size: int,
) -> Iterator[tuple[int, torch.Tensor]]:
    """The first column and the weighted logits of each part that a row of windows is made of."""
    left: torch.Tensor | None = None
    for group in _groups(columns, batch_size):
        for column, logits in zip(group, logits_of(row.seen, [column.seen for column in group])):
            part = _weighted(logits, row, column)
            if left is not None:
                part[:, :, :left.shape[2]] += left
            cut = column.final - column.start
            left = part[:, :, cut:].clone()
            yield column.start, part[:, :, :cut]


def _groups(columns: Sequence[Window], batch_size: int) -> Iterator[Sequence[Window]]:
    """As many windows of one size at once; the last one may be larger."""
    alike = columns[:-1]
    yield from (alike[first:first + batch_size] for first in range(0, len(alike), batch_size))
    yield columns[-1:]


def _weighted(logits: torch.Tensor, row: Window, column: Window) -> torch.Tensor:
    """The part of a window's logits (K, h, w) that counts, weighted in place."""
    top, left = row.seen.start, column.seen.start
    part = logits[:, row.start - top:row.stop - top, column.start - left:column.stop - left]
    part *= row.weight.to(part)[:, None]
    part *= column.weight.to(part)
    return part


def rows_of_resized(
    logits: torch.Tensor, size: tuple[int, int], align_corners: bool, start: int, stop: int,
) -> torch.Tensor:
    """Some rows of logits that are resized bilinearly, without the others.

    Args:
        logits: (K, h, w).
        size: (H, W) of the whole.
        align_corners: as of ``F.interpolate``.
        start, stop: the rows.

    Returns:
        (K, stop - start, W).
    """
    height, low = size[0], logits.shape[1]
    index = torch.arange(start, stop, device=logits.device, dtype=torch.float64)
    if align_corners:
        place = index * ((low - 1) / max(height - 1, 1))
    else:
        place = ((index + 0.5) * (low / height) - 0.5).clamp(min=0)
    upper = place.floor().long().clamp(max=low - 1)
    share = (place - upper).to(logits)[:, None]
    lower = (upper + 1).clamp(max=low - 1)
    rows = torch.lerp(logits[:, upper], logits[:, lower], share)
    return torch.nn.functional.interpolate(
        rows[None], (stop - start, size[1]), mode='bilinear', align_corners=align_corners)[0]
