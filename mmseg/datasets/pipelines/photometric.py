"""Transforms of the image's values; labels stay as they are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np

from mmcv.image import as_uint8, bgr2hsv, bgr2rgb, clahe, hsv2bgr, imnormalize, lut_transform
from mmseg.checks import Facts, Problem
from mmseg.datasets.builder import PIPELINES

from .arguments import is_pair, require, require_positive


@PIPELINES.register_module()
@dataclass(eq=False)
class Normalize:
    """``(img - mean) / std`` in float32, after a swap of BGR to RGB if ``to_rgb``; adds ``img_norm_cfg``.

    Args:
        mean, std: one value per channel, in the order after the swap.
        on_device: only swap, and let the segmentor do the rest where it runs: a quarter of the bytes leave the workers
            and travel to the GPU. The image must be 8 bit, and nothing but Pad may change it afterwards.
    """

    mean: Sequence[float]
    std: Sequence[float]
    to_rgb: bool = True
    on_device: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        self.mean, self.std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        require(self.mean.shape == self.std.shape, self, 'mean and std must have one value per channel each')
        require((self.std > 0).all(), self, f'std must be positive, got {self.std.tolist()}')

    def __call__(self, results: dict) -> dict:
        img = results['img']
        if self.on_device:
            require(img.dtype == np.uint8, self, f'on_device needs an 8-bit image, got {img.dtype}')
            results['img'] = bgr2rgb(img) if self.to_rgb else img
        else:
            results['img'] = self.normalized(img, self.to_rgb)
        self.describe(results, img.shape)
        return results

    def normalized(self, img: np.ndarray, to_rgb: bool) -> np.ndarray:
        """The float32 values of an image, (H, W, C)."""
        return imnormalize(img, self.mean, self.std, to_rgb)

    def check(self, facts: Facts) -> list[Problem]:
        """Values for another number of channels than the images have."""
        count = facts.channels
        if count is None:
            return []
        if self.mean.size not in (1, count):
            return [Problem('mean', f'and std have {self.mean.size} values, but images have {count} '
                            f'channel{"s" * (count != 1)}', f'give {count}, one per channel')]
        if self.to_rgb and count != 3:
            return [Problem('to_rgb', f'is True, but images have {count} channel{"s" * (count != 1)}',
                            'set it to False')]
        return []

    def describe(self, results: dict, shape: tuple[int, ...]) -> None:
        """Set ``img_norm_cfg`` for an image of this shape."""
        results['img_norm_cfg'] = {'mean': self.mean, 'std': self.std, 'to_rgb': self.to_rgb}
        if self.on_device:
            results['img_norm_cfg']['on_device'] = {'shape': shape[:2], 'pad_shape': shape[:2], 'pad_val': 0}


@PIPELINES.register_module()
@dataclass(eq=False)
class Rerange:
    """Stretch the image's values linearly so that they reach from ``min_value`` to ``max_value``."""

    min_value: float = 0
    max_value: float = 255

    def __post_init__(self) -> None:
        require(self.min_value < self.max_value, self, 'min_value must be below max_value')

    def __call__(self, results: dict) -> dict:
        img = results['img']
        low, high = img.min(), img.max()
        require(low < high, self, f'{results.get("filename")}: all values are {low}, nothing to stretch')
        results['img'] = (img - low) / (high - low) * (self.max_value - self.min_value) + self.min_value
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class CLAHE:
    """Contrast limited adaptive histogram equalisation of each channel, see :func:`mmcv.image.clahe`."""

    clip_limit: float = 40.0
    tile_grid_size: tuple[int, int] = (8, 8)

    def __post_init__(self) -> None:
        require_positive(self, 'clip_limit')
        valid = is_pair(self.tile_grid_size) and all(isinstance(count, int) for count in self.tile_grid_size)
        require(valid, self, f'tile_grid_size must be two integers, got {self.tile_grid_size!r}')

    def __call__(self, results: dict) -> dict:
        img = results['img']
        planes = np.atleast_3d(as_uint8(img, 'CLAHE')).transpose(2, 0, 1)
        equalized = [clahe(plane, self.clip_limit, self.tile_grid_size) for plane in planes]
        results['img'] = np.stack(equalized, axis=-1).reshape(img.shape).astype(img.dtype, copy=False)
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class RGB2Gray:
    """Replace the channels by their weighted sum, repeated ``out_channels`` times (as often as before if None).

    Args:
        weights: one per channel of the image.

    The result is float64, as the weights are. Sets ``img_shape``.
    """

    out_channels: int | None = None
    weights: Sequence[float] = (0.299, 0.587, 0.114)

    def __post_init__(self) -> None:
        if self.out_channels is not None:
            require_positive(self, 'out_channels')
        listed = isinstance(self.weights, Sequence)
        require(listed, self, f'weights must be one number per channel, got {self.weights!r}')

    def __call__(self, results: dict) -> dict:
        img = results['img']
        matches = img.ndim == 3 and img.shape[2] == len(self.weights)
        require(matches, self, f'{len(self.weights)} weights for an image of shape {img.shape}')
        gray = (img * np.array(self.weights)).sum(2, keepdims=True)
        results['img'] = gray.repeat(self.out_channels or len(self.weights), axis=2)
        results['img_shape'] = results['img'].shape
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class AdjustGamma:
    """Gamma correction of 8-bit values: ``255 (v / 255) ** (1 / gamma)``, cut to integers."""

    gamma: float = 1.0

    def __post_init__(self) -> None:
        require_positive(self, 'gamma')
        self._table = np.array([(value / 255) ** (1 / self.gamma) * 255 for value in range(256)]).astype(np.uint8)

    def __call__(self, results: dict) -> dict:
        results['img'] = lut_transform(as_uint8(results['img'], 'AdjustGamma'), self._table)
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class PhotoMetricDistortion:
    """Random brightness, contrast, saturation and hue of a BGR image, each applied with probability one half.

    Contrast comes second or last, at random. Every step rounds to 8 bit. Floats are clipped to [0, 255] first.
    From SSD, https://arxiv.org/abs/1512.02325.

    Args:
        brightness_delta: up to this much is added or subtracted.
        contrast_range, saturation_range: (lowest, highest) factor.
        hue_delta: the hue, of 180 steps, turns by a number from [-hue_delta, hue_delta).
    """

    brightness_delta: float = 32
    contrast_range: tuple[float, float] = (0.5, 1.5)
    saturation_range: tuple[float, float] = (0.5, 1.5)
    hue_delta: int = 18

    def __post_init__(self) -> None:
        self.contrast_lower, self.contrast_upper = self.contrast_range
        self.saturation_lower, self.saturation_upper = self.saturation_range

    def __call__(self, results: dict) -> dict:
        img = results['img']
        require(img.ndim == 3 and img.shape[2] == 3, self, f'needs a BGR image, got shape {img.shape}')
        img = as_uint8(img, 'PhotoMetricDistortion')
        for step in self._order():
            img = getattr(self, step)(img)
        results['img'] = img
        return results

    def convert(self, img: np.ndarray, alpha: float = 1, beta: float = 0) -> np.ndarray:
        """``alpha * v + beta`` of the values, clipped and cut to 8 bit."""
        table = _linear(np.arange(256), alpha, beta)
        return cv2.LUT(img, table) if img.dtype == np.uint8 else _linear(img, alpha, beta)

    def brightness(self, img: np.ndarray) -> np.ndarray:
        """The image, or one brighter or darker."""
        offset = self._draw('brightness')
        return img if offset is None else self.convert(img, beta=offset)

    def contrast(self, img: np.ndarray) -> np.ndarray:
        """The image, or one with its values scaled."""
        factor = self._draw('contrast')
        return img if factor is None else self.convert(img, alpha=factor)

    def saturation(self, img: np.ndarray) -> np.ndarray:
        """The BGR image, or one with its saturation scaled."""
        factor = self._draw('saturation')
        return img if factor is None else _map_hsv(img, 1, partial(self.convert, alpha=factor))

    def hue(self, img: np.ndarray) -> np.ndarray:
        """The BGR image, or one with its hue turned."""
        turn = self._draw('hue')
        return img if turn is None else _map_hsv(img, 0, partial(cv2.LUT, lut=_turned(turn)))

    def draw_tables(self) -> list[tuple[str, np.ndarray]]:
        """What to do to an image, in this order: ('value', 'saturation' or 'hue', what becomes of the 256 bytes)."""
        tables = []
        for step in self._order():
            amount = self._draw(step)
            if amount is None:
                continue
            if step == 'hue':
                tables.append((step, _turned(amount)))
            else:
                factor, offset = (1, amount) if step == 'brightness' else (amount, 0)
                quantity = step if step == 'saturation' else 'value'
                tables.append((quantity, _linear(np.arange(256), factor, offset)))
        return tables

    @staticmethod
    def _order() -> Iterator[str]:
        """The names of the steps; where contrast comes is drawn when the first one is done."""
        yield 'brightness'
        contrast_first = np.random.randint(2)
        yield from ('contrast', 'saturation', 'hue') if contrast_first else ('saturation', 'hue', 'contrast')

    def _draw(self, step: str) -> float | None:
        """What a step adds or multiplies by; None leaves the image alone."""
        if not np.random.randint(2):
            return None
        if step == 'brightness':
            return np.random.uniform(-self.brightness_delta, self.brightness_delta)
        if step == 'hue':
            return np.random.randint(-self.hue_delta, max(self.hue_delta, 1))
        if step == 'contrast':
            return np.random.uniform(self.contrast_lower, self.contrast_upper)
        return np.random.uniform(self.saturation_lower, self.saturation_upper)


def _linear(values: np.ndarray, factor: float, offset: float) -> np.ndarray:
    """``factor * v + offset``, clipped and cut to 8-bit integers."""
    return (values.astype(np.float32) * factor + offset).clip(0, 255).astype(np.uint8)


def _turned(turn: int) -> np.ndarray:
    """What becomes of the 256 values of a byte when the hue, of 180 steps, turns by some."""
    return ((np.arange(256) + turn) % 180).astype(np.uint8)


def _map_hsv(img: np.ndarray, channel: int, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Change one channel of the HSV form of a BGR image."""
    hsv = bgr2hsv(img)
    cv2.insertChannel(change(cv2.extractChannel(hsv, channel)), hsv, channel)
    return hsv2bgr(hsv)
