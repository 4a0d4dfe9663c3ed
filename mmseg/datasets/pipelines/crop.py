"""Random crops."""

from dataclasses import dataclass

import numpy as np

from ..builder import PIPELINES
from ._common import is_pair, map_fields, require

_DRAWS = 10


@PIPELINES.register_module()
@dataclass(eq=False)
class RandomCrop:
    """Cut the same random window out of image and labels; an edge shorter than the window stays whole.

    Args:
        crop_size: (h, w).
        cat_max_ratio: below 1, draw again while one class covers this share of the labelled pixels or more, or while
            there is but one class: up to ten times, and the last window is taken as it comes.
        ignore_index: the label value that does not count.

    Sets ``img_shape``.
    """

    crop_size: tuple[int, int]
    cat_max_ratio: float = 1.0
    ignore_index: int = 255

    def __post_init__(self):
        valid = is_pair(self.crop_size) and min(self.crop_size) > 0
        require(valid, self, f'crop_size must be (h, w) in pixels, got {self.crop_size!r}')

    def __call__(self, results: dict) -> dict:
        window = self._draw(results['img'].shape)
        if self.cat_max_ratio < 1:
            for _ in range(_DRAWS):
                if self._is_varied(results['gt_semantic_seg'][window]):
                    break
                window = self._draw(results['img'].shape)
        map_fields(results, lambda img: img[window], lambda label: label[window])
        results['img_shape'] = results['img'].shape
        return results

    def _draw(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """A random window as slices of rows and columns."""
        tops = [np.random.randint(max(edge - size, 0) + 1) for edge, size in zip(shape, self.crop_size)]
        return tuple(slice(top, top + size) for top, size in zip(tops, self.crop_size))

    def _is_varied(self, label: np.ndarray) -> bool:
        if label.dtype.kind == 'u':  # counting needs no sort, which would take twenty times as long
            counts = np.bincount(label.ravel())
            values = np.flatnonzero(counts)
            counts = counts[values]
        else:
            values, counts = np.unique(label, return_counts=True)
        counts = counts[values != self.ignore_index]
        return len(counts) > 1 and counts.max() / counts.sum() < self.cat_max_ratio
