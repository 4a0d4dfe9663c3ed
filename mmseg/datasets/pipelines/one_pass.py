"""The usual run of transforms, from the files to DefaultFormatBundle, in one pass over the pixels."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from mmcv.image import EncodedImage
from mmcv.ops import OPERATORS, augment_crop, augment_crop_label, crop_label_counts

from .arguments import label_fields, label_fill
from .crop import RandomCrop
from .formatting import DefaultFormatBundle, ImageToTensor
from .geometric import Pad, RandomFlip
from .loading import LoadAnnotations, LoadImageFromFile
from .photometric import Normalize, PhotoMetricDistortion
from .resize import Resize

_LOADERS = (LoadImageFromFile, LoadAnnotations)
_CHANGES = (Resize, RandomCrop, RandomFlip, PhotoMetricDistortion, Normalize, Pad)
_ORDER = _LOADERS + _CHANGES
_ENDS = (DefaultFormatBundle, ImageToTensor)
_LABEL = 'gt_semantic_seg'
_BYTES = np.arange(256, dtype=np.uint8)
_RAMP = np.tile(_BYTES[:, None, None], 3)  # an image of all bytes


def fuse(transforms: Sequence[Callable]) -> list[Callable]:
    """Put one :class:`FusedTransforms` in the place of each run of transforms that it can stand for.

    Such a run ends with DefaultFormatBundle or ImageToTensor of the image, and has some of LoadImageFromFile,
    LoadAnnotations, Resize, RandomCrop, RandomFlip, PhotoMetricDistortion, Normalize and Pad before it, in this order.
    Transforms derived from these, which may do something else, are left as they are; and so is everything where there
    is no compiled operator.
    """
    if 'cpu' not in OPERATORS['augment_crop'].kernels:
        return list(transforms)
    steps, run = [], []
    for transform in transforms:
        kind = type(transform)
        if kind in _ENDS and run and (kind is DefaultFormatBundle or transform.keys == ['img']):
            steps.append(FusedTransforms([*run, transform]))
            run = []
        elif kind in _ORDER and (not run or _ORDER.index(kind) > _ORDER.index(type(run[-1]))):
            run.append(transform)
        else:
            steps += run
            run = [transform] if kind in _ORDER else []
            steps += [] if run else [transform]
    return steps + run


class FusedTransforms:
    """Gives what its transforms give one after the other, with the same random numbers.

    The same but for PhotoMetricDistortion: at the end of a row, and elsewhere than on x86, OpenCV rounds hues and
    saturations otherwise, by a few grey levels. Of a PNG or JPEG file that the run reads itself, no row below the
    crop is decoded (see :meth:`mmcv.image.EncodedImage.decode_part`), so that damage there goes unnoticed.

    Args:
        transforms: see :func:`fuse`.

    Samples that the operator does not take (not 8 bit, not three channels, further label maps) go through the
    transforms themselves.
    """

    def __init__(self, transforms: Sequence[Callable]) -> None:
        self.transforms = list(transforms)
        self._loaders = [transform for transform in transforms if type(transform) in _LOADERS]
        by_type = {type(transform): transform for transform in transforms}
        self._annotations = by_type.get(LoadAnnotations)
        self._resize, self._crop, self._flip, self._distortion, self._normalize, self._pad = map(by_type.get, _CHANGES)
        self._keeps_labels = ImageToTensor in by_type

    def __repr__(self) -> str:
        return f'FusedTransforms({", ".join(map(str, self.transforms))})'

    def __call__(self, results: dict) -> dict:
        for loader in self._loaders:
            results = loader.defer(results)
        annotations = self._annotations
        names = annotations.names(results) if annotations else None
        if self._takes(results) and (names is None or names.dtype == np.uint8):
            return self._augment(results, names)
        if isinstance(results.get('img'), EncodedImage):
            results['img'] = results['img'].decode()
        results = annotations.rename(results) if annotations else results
        for transform in self.transforms[len(self._loaders):]:
            results = transform(results)
        return results

    def _takes(self, results: dict) -> bool:
        img, label = results.get('img'), results.get(_LABEL)
        if not isinstance(img, (np.ndarray, EncodedImage)) or img.dtype != np.uint8 or img.shape[2:] != (3,):
            return False
        if label is None:
            return not label_fields(results) and (self._crop is None or self._crop.cat_max_ratio >= 1)
        fits = isinstance(label, np.ndarray) and label.shape == img.shape[:2] and label.dtype == np.uint8
        return fits and label_fields(results) == [_LABEL] and not self._keeps_labels

    def _augment(self, results: dict, names: np.ndarray | None) -> dict:
        """Make the sample; ``names`` (256,) has what the values of its label become."""
        img, label = results['img'], _as_tensor(results.get(_LABEL))
        size = self._resize.choose_size(results)[::-1] if self._resize else img.shape[:2]
        window = self._choose_window(results, size, label, names)
        flip = self._flip.choose_direction(results) if self._flip else None
        colours = self._draw_colours()
        if self._normalize:
            self._normalize.describe(results, window[2:])
        shape = self._pad.choose_size(results, (*window[2:], 3)) if self._pad else window[2:]
        pixels, place = _decode_for(img, size, window) if isinstance(img, EncodedImage) else (img, None)
        pixels = _as_tensor(pixels)
        like = colours['values'].numpy().T[None]
        fill = self._pad.fill_values(results, like) if self._pad else [0] * 3
        fill = torch.from_numpy(np.array(fill, like.dtype))
        results['img'] = augment_crop(pixels, size, window, flip, shape, fill=fill, place=place, **colours)
        if label is not None:
            pads = tuple(shape) != tuple(window[2:])
            value = label_fill(self._pad, 'seg_pad_val', results) if pads else 0
            names = None if names is None else torch.from_numpy(names.astype(np.int64))
            results[_LABEL] = augment_crop_label(label, size, window, flip, shape, value, names)[None]
        return results

    def _choose_window(
        self, results: dict, size: tuple[int, int], label: torch.Tensor | None, names: np.ndarray | None
    ) -> tuple[int, ...]:
        """(top, left, height, width) within the resized image, of which no more than the tried windows is made."""
        if self._crop is None:
            return 0, 0, *size
        results['moved'] = True

        def count(box: tuple[int, int, int, int]) -> np.ndarray:
            counts = crop_label_counts(label, size, _as_window(box, size)).numpy()
            counts = counts if names is None else np.bincount(names, counts, 256).astype(np.int64)
            return self._crop.counts_labelled(results, _BYTES, counts)

        box = self._crop.choose_box(lambda: self._crop.draw_box(size), count)
        window = _as_window(box, size)
        results['img_shape'] = (*window[2:], 3)
        return window

    def _draw_colours(self) -> dict:
        """The colour arguments of the operator: neighbouring steps that only map bytes become one table."""
        values, tables = self._values(), {}
        for quantity, table in self._distortion.draw_tables() if self._distortion else ():
            if quantity != 'value':
                tables[quantity] = table
            elif 'saturation' in tables or 'hue' in tables:
                values = values[:, table]
            else:
                tables['curve'] = table[tables['curve']] if 'curve' in tables else table
        if list(tables) == ['curve']:
            values = values[:, tables.pop('curve')]
        tables['values'] = np.ascontiguousarray(values)
        colours = {name: torch.from_numpy(table) for name, table in tables.items()}
        return {**colours, 'to_rgb': self._normalize is not None and self._normalize.to_rgb}

    def _values(self) -> np.ndarray:
        """(3, 256): what a channel of the result holds in the place of a byte; made anew, as transforms may change."""
        later = self._normalize is None or self._normalize.on_device
        values = _RAMP if later else self._normalize.normalized(_RAMP, to_rgb=False)
        return values[:, 0].T


def _decode_for(
    img: EncodedImage, size: tuple[int, int], window: tuple[int, ...]
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """No more than the window needs, where it lies, and the size of the whole image (top, left, H, W)."""
    box = []
    for source, resized, start, length in zip(img.shape, size, window[:2], window[2:]):  # a pixel lies between two
        first, last = start * source // resized - 1, -(-(start + length) * source // resized) + 1
        box += max(first, 0), min(last, source)
    pixels, top, left = img.decode_part(box)
    return pixels, (top, left, *img.shape[:2])


def _as_tensor(array: np.ndarray | None) -> torch.Tensor | None:
    return None if array is None else torch.from_numpy(np.require(array, requirements='CW'))


def _as_window(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """(top, left, height, width) of what lies within the image of a window."""
    top, bottom, left, right = box
    return top, left, min(bottom, size[0]) - top, min(right, size[1]) - left
