"""Several versions of one image at test time."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mmseg.datasets.builder import PIPELINES

from .arguments import as_pairs, require
from .compose import Compose


@PIPELINES.register_module()
@dataclass(eq=False)
class MultiScaleFlipAug:
    """Run the transforms once per scale, flip and direction; every value becomes a list of as many.

    Args:
        transforms: the pipeline of one version; its Resize, RandomFlip and so on take the scale and flip from here.
        img_scale: (w, h), or several; None takes the image's own size.
        img_ratios: floats to multiply one ``img_scale``, or the image's own size, by.
        flip: run it flipped as well, in each direction.
        flip_direction: ``horizontal`` or ``vertical``, or a list of them.
        fuse: as of :class:`Compose`.
    """

    transforms: Sequence[dict | Callable]
    img_scale: tuple[int, int] | list[tuple[int, int]] | None
    img_ratios: float | list[float] | None = None
    flip: bool = False
    flip_direction: str | list[str] = 'horizontal'
    fuse: bool = True

    def __post_init__(self) -> None:
        kinds = [transform.get('type') for transform in self.transforms if isinstance(transform, dict)]
        self._check_flip([kind.__name__ if isinstance(kind, type) else kind for kind in kinds])
        self.transforms = Compose(self.transforms, self.fuse)
        self.img_scale = as_pairs(self, 'img_scale')
        if self.img_ratios is not None:
            ratios = [self.img_ratios] if isinstance(self.img_ratios, float) else list(self.img_ratios)
            self.img_ratios = ratios
            require(all(isinstance(ratio, float) for ratio in ratios), self, f'img_ratios must be floats, got {ratios}')
        if self.img_scale is None:
            require(self.img_ratios, self, 'without img_scale give img_ratios, such as [1.0]')
        elif self.img_ratios and len(self.img_scale) > 1:
            warnings.warn('MultiScaleFlipAug: several img_scale are used as they are, without img_ratios', stacklevel=3)
            self.img_ratios = None

    def _check_flip(self, names: list) -> None:
        if isinstance(self.flip_direction, str):
            self.flip_direction = [self.flip_direction]
        if self.flip and 'RandomFlip' not in names:
            warnings.warn('MultiScaleFlipAug: flip=True does nothing without a RandomFlip in transforms', stacklevel=4)
        if self.flip and 'RandomFlip' in names and 'Pad' in names:
            in_order = names.index('RandomFlip') < names.index('Pad')
            require(in_order, self, 'Pad must come after RandomFlip, or the padding would be flipped to the left')

    def __call__(self, results: dict) -> dict:
        versions = [
            self.transforms({**results, 'scale': scale, 'flip': flip, 'flip_direction': direction})
            for scale in self._scales(results['img'].shape)
            for flip in ((False, True) if self.flip else (False,))
            for direction in self.flip_direction
        ]
        return {key: [version[key] for version in versions] for key in versions[0]}

    def _scales(self, shape: tuple[int, ...]) -> list[tuple]:
        if self.img_ratios is None:
            return self.img_scale
        width, height = self.img_scale[0] if self.img_scale else (shape[1], shape[0])
        return [(int(width * ratio), int(height * ratio)) for ratio in self.img_ratios]
