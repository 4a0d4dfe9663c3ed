"""Transforms that put something else in the place of a part of the image."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from functools import partial
from numbers import Integral, Number

import numpy as np

from mmcv.image import channel_values, imresize
from mmseg.checks import Sizes
from mmseg.datasets.builder import PIPELINES
from mmseg.labels import holding

from .arguments import as_pairs, filling, is_pair, label_fields, label_fill, map_fields, require, require_prob

Corners = tuple[int, int, int, int]  # left, top, right, bottom
_PLACES = ('top_left', 'top_right', 'bottom_left', 'bottom_right')


@PIPELINES.register_module()
@dataclass(eq=False)
class RandomCutOut:
    """Fill random boxes of the image, and of the labels if asked (CutOut, https://arxiv.org/abs/1708.04552).

    Args:
        prob: probability.
        n_holes: number of boxes, or (fewest, most).
        cutout_shape: (w, h) of a box in pixels, or several to choose from.
        cutout_ratio: or the same as shares of the image.
        fill_in: one number for all channels, or one per channel.
        seg_fill_in: label value in the boxes; None leaves the labels alone.
    """

    prob: float
    n_holes: int | tuple[int, int]
    cutout_shape: tuple[int, int] | list[tuple[int, int]] | None = None
    cutout_ratio: tuple[float, float] | list[tuple[float, float]] | None = None
    fill_in: float | Sequence[float] = (0, 0, 0)
    seg_fill_in: int | None = None

    def __post_init__(self) -> None:
        require_prob(self, self.prob)
        given = (self.cutout_shape is None) != (self.cutout_ratio is None)
        require(given, self, 'give either cutout_shape or cutout_ratio')
        if isinstance(self.n_holes, Number):
            self.n_holes = (self.n_holes, self.n_holes)
        valid = is_pair(self.n_holes) and 0 <= self.n_holes[0] <= self.n_holes[1]
        require(valid, self, f'n_holes must be a number or (fewest, most), got {self.n_holes}')
        self.cutout_shape, self.cutout_ratio = as_pairs(self, 'cutout_shape'), as_pairs(self, 'cutout_ratio')
        valid = self.seg_fill_in is None or isinstance(self.seg_fill_in, Integral)
        require(valid, self, f'seg_fill_in must be a label value or None, got {self.seg_fill_in!r}')

    def __call__(self, results: dict) -> dict:
        if not np.random.rand() < self.prob:
            return results
        img = results['img']
        holes = self._draw_holes(*img.shape[:2])
        fill = channel_values(self.fill_in, img, 'fill_in')
        paint_label = filling(self, 'seg_fill_in', results, partial(_paint, holes=holes), 'value')
        map_fields(
            results,
            partial(_paint, holes=holes, value=fill if img.ndim == 3 else fill[0]),
            paint_label if self.seg_fill_in is not None else lambda label: label,
        )
        return results

    def _draw_holes(self, height: int, width: int) -> list[tuple[slice, slice]]:
        candidates = self.cutout_shape or self.cutout_ratio
        holes = []
        for _ in range(np.random.randint(self.n_holes[0], self.n_holes[1] + 1)):
            left, top = np.random.randint(width), np.random.randint(height)
            hole_width, hole_height = candidates[np.random.randint(len(candidates))]
            if self.cutout_shape is None:
                hole_width, hole_height = int(hole_width * width), int(hole_height * height)
            holes.append((slice(top, top + hole_height), slice(left, left + hole_width)))
        return holes


@PIPELINES.register_module()
@dataclass(eq=False)
class RandomMosaic:
    """Put four samples around a random point of a canvas twice as large as ``img_scale``.

    ``MultiImageMixDataset`` asks :meth:`get_indexes` for three more samples and hands them over in
    ``results['mix_results']``. Each sample is fitted into ``img_scale`` with its shape kept, and touches the point with
    its corner; what stands over the canvas is cut off.

    Args:
        prob: probability.
        img_scale: (h, w) of one sample.
        center_ratio_range: the point lies at ratios drawn from this range times ``img_scale``.
        pad_val: fills the rest of the canvas.
        seg_pad_val: of the labels; None takes the ignored value of the data set.

    Sets ``img_shape, ori_shape``.
    """

    prob: float
    img_scale: tuple[int, int] = (640, 640)
    center_ratio_range: tuple[float, float] = (0.5, 1.5)
    pad_val: float | Sequence[float] = 0
    seg_pad_val: int | None = None

    def __post_init__(self) -> None:
        require_prob(self, self.prob)
        require(is_pair(self.img_scale), self, f'img_scale must be (h, w), got {self.img_scale!r}')
        low, high = self.center_ratio_range
        inside = 0 <= low <= high <= 2
        require(inside, self, f'center_ratio_range must lie in [0, 2], got {self.center_ratio_range}')

    def get_indexes(self, dataset: Sized) -> list[int]:
        """Three random indices of the data set."""
        return [np.random.randint(len(dataset)) for _ in range(3)]

    def sizes_after(self, sizes: Sizes) -> None:
        """See :class:`mmseg.checks.ChangesSizes`: that of the canvas, of which a later crop takes a part."""

    def __call__(self, results: dict) -> dict:
        if not np.random.rand() < self.prob:
            return results
        results = self._mosaic_transform_img(results)
        return self._mosaic_transform_seg(results)

    def _mosaic_transform_img(self, results: dict) -> dict:
        """Draw the point, and put the canvas in the place of the image."""
        samples = self._samples(results)
        height, width = self.img_scale
        self.center_x = int(np.random.uniform(*self.center_ratio_range) * width)
        self.center_y = int(np.random.uniform(*self.center_ratio_range) * height)
        img = self._combine([sample['img'] for sample in samples], self.pad_val, 'bilinear')
        results.update(img=img, img_shape=img.shape, ori_shape=img.shape, moved=True)
        return results

    def _mosaic_transform_seg(self, results: dict) -> dict:
        """Put canvases, with the point of the image, in the place of the label maps."""
        for key in label_fields(results):
            fill = label_fill(self, 'seg_pad_val', results)
            labels = [holding(sample[key], fill) for sample in self._samples(results)]
            kind = np.result_type(*labels)
            labels = [label.astype(kind, copy=False) for label in labels]
            results[key] = self._combine(labels, fill, 'nearest')
        return results

    def _samples(self, results: dict) -> list[dict]:
        others = results.get('mix_results')
        require(others is not None and len(others) == 3, self, 'needs three mix_results: use MultiImageMixDataset')
        return [results, *others]

    def _mosaic_combine(
        self, loc: str, center_position_xy: tuple[int, int], img_shape_wh: tuple[int, int]
    ) -> tuple[Corners, Corners]:
        """Where on the canvas an image lies, and which part of it: (left, top, right, bottom) each.

        Args:
            loc: ``top_left``, ``top_right``, ``bottom_left`` or ``bottom_right`` of the point.
            center_position_xy: the point.
            img_shape_wh: size of the image.
        """
        (x, y), (width, height) = center_position_xy, img_shape_wh
        columns, img_columns = _span(x, width, self.img_scale[1] * 2, before=loc.endswith('left'))
        rows, img_rows = _span(y, height, self.img_scale[0] * 2, before=loc.startswith('top'))
        return _corners(rows, columns), _corners(img_rows, img_columns)

    def _combine(self, images: list[np.ndarray], fill: float | Sequence[float], interpolation: str) -> np.ndarray:
        """Place the images around the point on a canvas."""
        first = images[0]
        height, width = self.img_scale
        canvas = np.empty((height * 2, width * 2, *first.shape[2:]), first.dtype)
        fill = channel_values(fill, first, 'pad_val')
        canvas[...] = fill if first.ndim == 3 else fill[0]
        for loc, img in zip(_PLACES, images):
            ratio = min(height / img.shape[0], width / img.shape[1])
            size = int(img.shape[1] * ratio), int(img.shape[0] * ratio)
            img = imresize(img, size, interpolation=interpolation)
            place, part = self._mosaic_combine(loc, (self.center_x, self.center_y), size)
            canvas[_inside(place)] = img[_inside(part)]
        return canvas


def _paint(array: np.ndarray, holes: list[tuple[slice, slice]], value: float | np.ndarray) -> np.ndarray:
    array = array.copy()
    for hole in holes:
        array[hole] = value
    return array


def _corners(rows: slice, columns: slice) -> Corners:
    return columns.start, rows.start, columns.stop, rows.stop


def _inside(corners: Corners) -> tuple[slice, slice]:
    left, top, right, bottom = corners
    return slice(top, bottom), slice(left, right)


def _span(center: int, length: int, total: int, before: bool) -> tuple[slice, slice]:
    """Where along one axis an image lies that ends (``before``) or starts at the center; and which part of it."""
    if before:
        start = max(center - length, 0)
        return slice(start, center), slice(length - (center - start), length)
    stop = min(center + length, total)
    return slice(center, stop), slice(0, stop - center)
