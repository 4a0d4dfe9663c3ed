"""Logits as a head gave them, and the way from there to the pixels of the image file."""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import torch

from mmcv.ops import AxisMap, resample_argmax, upsample_argmax


class CoarseView(NamedTuple):
    """What a network said of the images of a batch, whole or in windows, at the coarse size of its maps.

    Attributes:
        maps: (N, K, h, w) of each window, row by row.
        rows, columns: where the windows lie in the images that the network saw, in pixels.
        seen: (height, width) of these images without padding.
        size: (height, width) that ``seen`` is resized to.
        flip: 'horizontal' or 'vertical' where the images were turned over; '' elsewhere.
    """

    maps: Sequence[torch.Tensor]
    rows: Sequence[slice]
    columns: Sequence[slice]
    seen: tuple[int, int]
    size: tuple[int, int]
    flip: str = ''

    @property
    def is_resized_once(self) -> bool:
        """Whether there is nothing to do but to bring one map to the size of the images."""
        return len(self.maps) == 1 and not self.flip and self.seen == self.size == (
            self.rows[0].stop, self.columns[0].stop)


def labels_of_views(views: Sequence[CoarseView], align_corners: bool) -> torch.Tensor:
    """The classes (N, H, W) with the highest mean probability over all views.

    The same as bringing every window to its size, averaging windows, cutting off the padding, resizing to the size of
    the file, softmax, turning back and averaging views, up to rounding; see :func:`mmcv.ops.resample_argmax`.
    """
    if len(views) == 1 and views[0].is_resized_once:
        return upsample_argmax(views[0].maps[0], views[0].size, align_corners)
    maps = [one.to(torch.promote_types(one.dtype, torch.float32)).flatten(2) for view in views for one in view.maps]
    logits = maps[0] if len(maps) == 1 else torch.cat(maps, 2)
    rows, columns, start = [], [], 0
    for view in views:
        height, width = view.maps[0].shape[2:]
        area = height * width
        row = _axis_map(height, _edges(view.rows), view.seen[0], view.size[0], view.flip == 'vertical', width,
                        area * len(view.columns), align_corners, logits.dtype)
        rows.append(AxisMap(row.index + start, row.weight))
        columns.append(_axis_map(width, _edges(view.columns), view.seen[1], view.size[1], view.flip == 'horizontal', 1,
                                 area, align_corners, logits.dtype))
        start += area * len(view.maps)
    return resample_argmax(logits, rows, columns)


def _edges(windows: Sequence[slice]) -> tuple[tuple[int, int], ...]:
    return tuple((window.start, window.stop) for window in windows)


@functools.lru_cache(64)
def _axis_map(
    coarse: int, windows: tuple[tuple[int, int], ...], seen: int, size: int, is_flipped: bool, step: int,
    window_step: int, align_corners: bool, dtype: torch.dtype,
) -> AxisMap:
    """One axis of a view: ``coarse`` cells, ``step`` places apart, of each window, ``window_step`` places apart."""
    first, last = windows[0]
    axis = AxisMap.resized(coarse, last - first, align_corners, dtype).spread(step)
    axis = axis.averaged([slice(*window) for window in windows], window_step).cut(seen)
    if seen != size:
        axis = AxisMap.resized(seen, size, align_corners, dtype).after(axis)
    return axis.flipped() if is_flipped else axis
