"""Random crops."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Number

import cv2
import numpy as np

from mmseg.checks import Sizes
from mmseg.datasets.builder import PIPELINES

from .arguments import ignored_in, is_pair, map_fields, require

_DRAWS = 10
Box = tuple[int, int, int, int]  # top, bottom, left, right


@PIPELINES.register_module()
@dataclass(eq=False)
class RandomCrop:
    """Cut the same random window out of image and labels; an edge shorter than the window stays whole.

    Args:
        crop_size: (h, w).
        cat_max_ratio: below 1, draw again while one class covers this share of the labelled pixels or more, or while
            there is but one class: up to ten times, and the last window is taken as it comes.
        ignore_index: the label value that does not count; None takes the ignored value of the data set.

    Sets ``img_shape``.
    """

    crop_size: tuple[int, int]
    cat_max_ratio: float = 1.0
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        valid = is_pair(self.crop_size) and min(self.crop_size) > 0
        require(valid, self, f'crop_size must be (h, w) in pixels, got {self.crop_size!r}')
        valid = isinstance(self.cat_max_ratio, Number) and 0 < self.cat_max_ratio <= 1
        require(valid, self, f'cat_max_ratio is a share, above 0 and up to 1, got {self.cat_max_ratio!r}')

    def __call__(self, results: dict) -> dict:
        img = results['img']
        box = self.choose_box(
            lambda: self.get_crop_bbox(img),
            lambda box: self.counts_labelled(results, *_count(self.crop(results['gt_semantic_seg'], box))))
        map_fields(results, lambda img: self.crop(img, box), lambda label: self.crop(label, box))
        results['img_shape'] = results['img'].shape
        return results

    def sizes_after(self, sizes: Sizes) -> Sizes:
        """See :class:`mmseg.checks.ChangesSizes`."""
        return tuple((min(low, size), min(high, size)) for (low, high), size in zip(sizes, self.crop_size))

    def get_crop_bbox(self, img: np.ndarray) -> Box:
        """A random window in an image: top, bottom, left, right; beyond the edge of an image smaller than it."""
        return self.draw_box(img.shape)

    def crop(self, img: np.ndarray, crop_bbox: Box) -> np.ndarray:
        """Cut a window out of an image or a label map."""
        top, bottom, left, right = crop_bbox
        return img[top:bottom, left:right]

    def choose_box(self, draw: Callable[[], Box], count: Callable[[Box], np.ndarray]) -> Box:
        """The window to cut out of an image.

        Args:
            draw: gives a window, as :meth:`draw_box` does.
            count: gives how many pixels each class has in a window, as :meth:`counts_labelled` does.
        """
        box = draw()
        if self.cat_max_ratio < 1:
            for _ in range(_DRAWS):
                if self._is_varied(count(box)):
                    break
                box = draw()
        return box

    def counts_labelled(self, results: dict, values: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Of the counts of label values in a sample those of classes that are there."""
        ignored = ignored_in(results) if self.ignore_index is None else self.ignore_index
        return counts[counts > 0 if ignored is None else (values != ignored) & (counts > 0)]

    def draw_box(self, shape: tuple[int, ...]) -> Box:
        """See :meth:`get_crop_bbox`, for an image of this shape (H, W, ...)."""
        (height, width), (edge_y, edge_x) = self.crop_size, shape[:2]
        top, left = (np.random.randint(max(edge - size, 0) + 1) for edge, size in ((edge_y, height), (edge_x, width)))
        return top, top + height, left, left + width

    def _is_varied(self, counts: np.ndarray) -> bool:
        return len(counts) > 1 and counts.max() / counts.sum() < self.cat_max_ratio


def _count(label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if label.dtype not in (np.uint8, np.uint16):
        return np.unique(label, return_counts=True)
    values = np.arange(np.iinfo(label.dtype).max + 1)  # no sort, which would take a hundred times as long
    counts = cv2.calcHist([label], [0], None, [len(values)], [0, len(values)])
    return values, counts.ravel().astype(np.int64)
