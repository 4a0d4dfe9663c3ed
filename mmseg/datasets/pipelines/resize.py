"""Transforms that change the number of pixels."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mmcv.image import imrescale, imresize, imresize_to_multiple, rescale_size
from mmseg.checks import Sizes
from mmseg.datasets.builder import PIPELINES

from .arguments import as_pairs, label_fields, map_fields, require, require_positive


@PIPELINES.register_module()
@dataclass(eq=False)
class Resize:
    """Resize the image bilinearly and the labels to the nearest value.

    The scale (w, h) is ``results['scale']`` if test-time augmentation has set it, else, by the arguments:

    - ``img_scale`` alone: that scale;
    - ``ratio_range``: ``img_scale`` (the image's own size if None) times a ratio drawn from the range, cut to integers;
    - several ``img_scale`` and ``multiscale_mode='range'``: long and short edge, each drawn between the smallest
      and the largest of the scales;
    - several and ``'value'``: one of them.

    Args:
        img_scale: one scale or several, or None.
        multiscale_mode: ``'range'`` or ``'value'``.
        ratio_range: (smallest, largest) ratio.
        keep_ratio: the largest size of the image's own shape that fits: its long edge into the larger number of the
            scale, its short edge into the smaller. Otherwise exactly (w, h).
        min_size: with ``keep_ratio``, make the short edge the scale's smaller number, but at least this.

    Adds ``scale, scale_idx, scale_factor (w, h, w, h), keep_ratio``; sets ``img_shape, pad_shape``.
    """

    img_scale: tuple[int, int] | list[tuple[int, int]] | None = None
    multiscale_mode: str = 'range'
    ratio_range: tuple[float, float] | None = None
    keep_ratio: bool = True
    min_size: int | None = None

    def __post_init__(self) -> None:
        self.img_scale = as_pairs(self, 'img_scale')
        if self.ratio_range is None:
            modes = ('value', 'range')
            require(self.multiscale_mode in modes, self, f'multiscale_mode must be one of {modes}')
        else:
            single = self.img_scale is None or len(self.img_scale) == 1
            require(single, self, f'ratio_range takes one img_scale or none, got {self.img_scale}')
            low, high = self.ratio_range
            require(0 < low <= high, self, f'ratio_range must be (smallest, largest), got {self.ratio_range}')

    def __call__(self, results: dict) -> dict:
        results['moved'] = True
        if 'scale' not in results:
            self._random_scale(results)
        self._resize_img(results)
        self._resize_seg(results)
        return results

    def choose_size(self, results: dict) -> tuple[int, int]:
        """The size (w, h) to resize this sample to; the results describe it afterwards, but hold the old image."""
        results['moved'] = True
        height, width, *channels = results['img'].shape
        if 'scale' not in results:
            self._random_scale(results)
        size = results['scale']
        if self.keep_ratio:
            if self.min_size is not None:
                size = results['scale'] = self._raise_to_min_size(size, height, width)
            size = rescale_size((width, height), size)
        results['img_shape'] = results['pad_shape'] = (size[1], size[0], *channels)
        results['scale_factor'] = np.array([size[0] / width, size[1] / height] * 2, np.float32)
        results['keep_ratio'] = self.keep_ratio
        return size

    def sizes_after(self, sizes: Sizes) -> Sizes | None:
        """See :class:`mmseg.checks.ChangesSizes`: what the smallest and the largest scales make of each corner."""
        found = []
        for height in sizes[0]:
            for width in sizes[1]:
                for scale in self._extreme_scales((width, height)):
                    if self.keep_ratio and self.min_size is not None:
                        scale = self._raise_to_min_size(scale, height, width)
                    found.append(rescale_size((width, height), scale) if self.keep_ratio else scale)
        widths, heights = zip(*found) if found else ((), ())
        return ((min(heights), max(heights)), (min(widths), max(widths))) if found else None

    def _extreme_scales(self, size: tuple[int, int]) -> list[tuple[int, int]]:
        """Those between which :meth:`_random_scale` draws, of an image of this size (w, h)."""
        if self.ratio_range is not None:
            width, height = self.img_scale[0] if self.img_scale else size
            return [(int(width * ratio), int(height * ratio)) for ratio in self.ratio_range]
        if self.img_scale and len(self.img_scale) > 1 and self.multiscale_mode == 'range':
            edges = [(max(scale), min(scale)) for scale in self.img_scale]
            return [tuple(map(end, zip(*edges))) for end in (min, max)]
        return self.img_scale or []

    @staticmethod
    def random_select(img_scales: list[tuple[int, int]]) -> tuple[tuple[int, int], int]:
        """One of several scales, and its index."""
        index = np.random.randint(len(img_scales))
        return img_scales[index], index

    @staticmethod
    def random_sample(img_scales: list[tuple[int, int]]) -> tuple[tuple[int, int], None]:
        """A long and a short edge between those of the scales, and None for its index."""
        long_edges, short_edges = [max(scale) for scale in img_scales], [min(scale) for scale in img_scales]
        long_edge = np.random.randint(min(long_edges), max(long_edges) + 1)
        return (long_edge, np.random.randint(min(short_edges), max(short_edges) + 1)), None

    @staticmethod
    def random_sample_ratio(
        img_scale: tuple[int, int], ratio_range: tuple[float, float]
    ) -> tuple[tuple[int, int], None]:
        """A scale times a ratio from the range, cut to integers, and None for its index."""
        low, high = ratio_range
        ratio = np.random.random_sample() * (high - low) + low
        return (int(img_scale[0] * ratio), int(img_scale[1] * ratio)), None

    def _random_scale(self, results: dict) -> None:
        """Set ``scale`` (w, h) and ``scale_idx``, its index among the given ones, None where it was made up."""
        if self.ratio_range is not None:
            height, width = results['img'].shape[:2]
            base = self.img_scale[0] if self.img_scale else (width, height)
            drawn = self.random_sample_ratio(base, self.ratio_range)
        else:
            require(self.img_scale, self, 'give img_scale or ratio_range; only test-time augmentation does without')
            draw = self.random_select if self.multiscale_mode == 'value' else self.random_sample
            drawn = (self.img_scale[0], 0) if len(self.img_scale) == 1 else draw(self.img_scale)
        results['scale'], results['scale_idx'] = drawn

    def _resize_img(self, results: dict) -> None:
        """Resize the image to ``scale``, and describe it in the results."""
        results['img'] = imresize(results['img'], self.choose_size(results))

    def _resize_seg(self, results: dict) -> None:
        """Resize the label maps to ``scale``."""
        for key in label_fields(results):
            label, size = results[key], results['scale']
            if self.keep_ratio:
                size = rescale_size(label.shape[1::-1], size)
            results[key] = imresize(label, size, interpolation='nearest')

    def _raise_to_min_size(self, scale: tuple, height: int, width: int) -> tuple:
        short = max(self.min_size, min(scale))
        return (short * height / width, short) if height > width else (short, short * width / height)


@PIPELINES.register_module()
@dataclass(eq=False)
class ResizeToMultiple:
    """Enlarge image and labels so that both edges are multiples of ``size_divisor``; sets ``img_shape, pad_shape``.

    Args:
        interpolation: for the image, bilinear by default; the labels take the nearest value.
    """

    size_divisor: int = 32
    interpolation: str | None = None

    def __post_init__(self) -> None:
        require_positive(self, 'size_divisor')

    def __call__(self, results: dict) -> dict:
        resize = partial(imresize_to_multiple, divisor=self.size_divisor, scale_factor=1)
        map_fields(
            results,
            partial(resize, interpolation=self.interpolation or 'bilinear'),
            partial(resize, interpolation='nearest'),
        )
        results['img_shape'] = results['pad_shape'] = results['img'].shape
        return results

    def sizes_after(self, sizes: Sizes) -> Sizes:
        """See :class:`mmseg.checks.ChangesSizes`."""
        return tuple(tuple(-(-edge // self.size_divisor) * self.size_divisor for edge in edges) for edges in sizes)


@PIPELINES.register_module()
@dataclass(eq=False)
class SegRescale:
    """Resize the labels alone by a factor, to the nearest value."""

    scale_factor: float = 1

    def __post_init__(self) -> None:
        require_positive(self, 'scale_factor')

    def __call__(self, results: dict) -> dict:
        if self.scale_factor != 1:
            for key in label_fields(results):
                results[key] = imrescale(results[key], self.scale_factor, interpolation='nearest')
        return results
