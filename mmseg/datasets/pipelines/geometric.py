"""Flip, rotate, pad."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from numbers import Number

import numpy as np

from mmcv.image import channel_values, imflip, impad, imrotate
from mmseg.checks import Facts, Problem, Sizes
from mmseg.datasets.builder import PIPELINES

from .arguments import filling, is_pair, label_fields, map_fields, require, require_positive, require_prob

_MUCH = 0.2  # of a picture that is padding


@PIPELINES.register_module()
@dataclass(eq=False)
class RandomFlip:
    """Flip image and labels with a probability, or as ``results['flip']`` and ``['flip_direction']`` say.

    Args:
        prob: probability; None where test-time augmentation decides.
        direction: ``horizontal`` (left-right) or ``vertical``.
        flip_ratio: the old name of ``prob``.

    Adds ``flip, flip_direction``.
    """

    prob: float | None = None
    direction: str = 'horizontal'
    flip_ratio: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.flip_ratio is not None:
            warnings.warn('RandomFlip: flip_ratio is now called prob', DeprecationWarning, stacklevel=3)
            self.prob = self.flip_ratio
        if self.prob is not None:
            require_prob(self, self.prob)
        directions = ('horizontal', 'vertical')
        require(self.direction in directions, self, f'direction must be one of {directions}, got {self.direction!r}')

    def __call__(self, results: dict) -> dict:
        direction = self.choose_direction(results)
        if direction is not None:
            flip = partial(imflip, direction=direction)
            map_fields(results, flip, flip)
        return results

    def choose_direction(self, results: dict) -> str | None:
        """The direction to flip this sample in, None for not at all; the results say so afterwards."""
        if 'flip' not in results:
            require(self.prob is not None, self, 'give prob; only test-time augmentation does without')
            results['flip'] = bool(np.random.rand() < self.prob)
        results.setdefault('flip_direction', self.direction)
        if not results['flip']:
            return None
        results['moved'] = True
        return results['flip_direction']


@PIPELINES.register_module()
@dataclass(eq=False)
class RandomRotate:
    """Rotate image (bilinear) and labels (nearest) clockwise by an angle drawn from a range, with a probability.

    The angle is drawn in any case, so that the probability does not change the numbers that follow.

    Args:
        prob: probability.
        degree: (lowest, highest) angle; one positive number d stands for (-d, d).
        pad_val: fills what comes from outside of the image, one number for all channels or one for each.
        seg_pad_val: of the labels; None takes the ignored value of the data set.
        center: (x, y) of the fixed point, the middle by default.
        auto_bound: enlarge the result so that nothing is cut off; not with ``center``.
    """

    prob: float
    degree: float | tuple[float, float]
    pad_val: float | Sequence[float] = 0
    seg_pad_val: int | None = None
    center: tuple[float, float] | None = None
    auto_bound: bool = False

    def __post_init__(self) -> None:
        require_prob(self, self.prob)
        if isinstance(self.degree, Number):
            require_positive(self, 'degree')
            self.degree = (-self.degree, self.degree)
        require(is_pair(self.degree), self, f'degree must be a number or (lowest, highest), got {self.degree}')
        require(self.center is None or not self.auto_bound, self, 'auto_bound takes no center')

    def __call__(self, results: dict) -> dict:
        rotates = np.random.rand() < self.prob
        angle = np.random.uniform(min(self.degree), max(self.degree))
        if rotates:
            rotate = partial(imrotate, angle=angle, center=self.center, auto_bound=self.auto_bound)
            nearest = partial(rotate, interpolation='nearest')
            rotate = partial(rotate, border_value=self.pad_val)
            map_fields(results, rotate, filling(self, 'seg_pad_val', results, nearest, 'border_value'))
        return results

    def sizes_after(self, sizes: Sizes) -> Sizes | None:
        """See :class:`mmseg.checks.ChangesSizes`."""
        return None if self.auto_bound else sizes


@PIPELINES.register_module()
@dataclass(eq=False)
class Pad:
    """Pad image and labels at the right and the bottom.

    Args:
        size: (h, w) to reach; a longer edge stays.
        size_divisor: or make both edges multiples of this.
        pad_val: for the image, one number for all channels or one for each.
        seg_pad_val: for the labels; None takes the ignored value of the data set.

    Adds ``pad_fixed_size, pad_size_divisor``; sets ``pad_shape``.
    """

    size: tuple[int, int] | None = None
    size_divisor: int | None = None
    pad_val: float | Sequence[float] = 0
    seg_pad_val: int | None = None

    def __post_init__(self) -> None:
        require((self.size is None) != (self.size_divisor is None), self, 'give either size or size_divisor')
        if self.size is None:
            require_positive(self, 'size_divisor')
        else:
            valid = is_pair(self.size) and min(self.size) > 0
            require(valid, self, f'size must be (h, w) in pixels, got {self.size!r}')

    def __call__(self, results: dict) -> dict:
        self._pad_img(results)
        self._pad_seg(results)
        return results

    def _pad_img(self, results: dict) -> None:
        """Pad the image, and describe it in the results."""
        img = results['img']
        size = self.choose_size(results, img.shape)
        if img.shape[:2] != size:
            results['img'] = impad(img, shape=size, pad_val=self.choose_fill(results))

    def _pad_seg(self, results: dict) -> None:
        """Pad the label maps to ``pad_shape``."""
        size = tuple(results['pad_shape'][:2])
        pad = filling(self, 'seg_pad_val', results, partial(impad, shape=size), 'pad_val')
        for key in label_fields(results):
            if results[key].shape[:2] != size:
                results[key] = pad(results[key])

    def sizes_after(self, sizes: Sizes) -> Sizes:
        """See :class:`mmseg.checks.ChangesSizes`."""
        return tuple(zip(*(self._padded([edge[end] for edge in sizes]) for end in (0, 1))))

    def check(self, facts: Facts) -> list[Problem]:
        """A size far above that of the images, which fills most of the picture again."""
        if self.size is None or facts.sizes is None:
            return []
        height, width = (high for _, high in facts.sizes)
        padded_height, padded_width = self._padded((height, width))
        share = 1 - height * width / (padded_height * padded_width)
        if share < _MUCH:
            return []
        return [Problem(
            'size', f'is {tuple(self.size)}, but images come out of the crop with {height}x{width} at most (height x '
            f'width): {share:.0%} of every picture is padding, which is ignored',
            f'give Pad and RandomCrop one size: size=({height}, {width}), or a larger crop', warning=True)]

    def _padded(self, edges: Sequence[int]) -> tuple[int, int]:
        wanted = self.size or [-(-edge // self.size_divisor) * self.size_divisor for edge in edges]
        return tuple(max(edge, least) for edge, least in zip(edges, wanted))

    def choose_size(self, results: dict, shape: tuple[int, ...]) -> tuple[int, int]:
        """(h, w) that an image of this shape has after padding; the results say so afterwards."""
        height, width = self._padded(shape[:2])
        if (height, width) != tuple(shape[:2]):
            results['moved'] = True
        results['pad_shape'] = (height, width, *shape[2:])
        results['pad_fixed_size'] = self.size
        results['pad_size_divisor'] = self.size_divisor
        later = results.get('img_norm_cfg', {}).get('on_device')
        if later is not None:
            later.update(pad_shape=(height, width), pad_val=self.pad_val)
        return height, width

    def choose_fill(self, results: dict) -> float | Sequence[float]:
        """What to pad this sample's image with: one that is normalised later gets ``pad_val`` there too."""
        return 0 if 'on_device' in results.get('img_norm_cfg', {}) else self.pad_val

    def fill_values(self, results: dict, like: np.ndarray) -> list[float]:
        """The same, one number for each channel of the image ``like``, in its number type."""
        return channel_values(self.choose_fill(results), like, 'pad_val')
