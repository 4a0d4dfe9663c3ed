"""Transforms of albumentations."""

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mmcv.image import bgr2rgb, rgb2bgr
from mmcv.utils import ConfigError
from mmseg.checks import Sizes
from mmseg.datasets.builder import PIPELINES
from mmseg.labels import IGNORED

from .arguments import ignored_in, label_fields, require
from .foreign import build_all

_SEEDS = 1 << 31


@PIPELINES.register_module()
@dataclass(eq=False)
class Albu:
    """Transforms of albumentations 2.0 (``pip install "albumentations>=2.0,<2.1"``) on image and labels in step.

    What comes into a label from outside of the image is ignored, unless a transform's ``fill_mask`` says otherwise. The
    random numbers follow those of the sample, as everywhere in a pipeline.

    Args:
        transforms: configs, ``type`` being a name in albumentations; they may hold others, as ``OneOf`` does.
        keymap: which fields of the results are what to albumentations, ``{'img': 'image', 'gt_semantic_seg': 'mask'}``;
            None takes the image and all labels.
        update_pad_shape: whether ``pad_shape`` becomes the new shape too.
        bgr_to_rgb: hand the three channels over as RGB, which the transforms of colours expect.

    Raises:
        ConfigError: albumentations is missing, or refuses the transforms.

    Sets ``img_shape``.
    """

    transforms: Sequence[dict]
    keymap: Mapping[str, str] | None = None
    update_pad_shape: bool = False
    bgr_to_rgb: bool = True
    _built: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.keymap is not None:
            kinds = set(self.keymap.values())
            require(kinds <= {'image', 'mask'} and self.keymap.get('img') == 'image', self,
                    f"keymap must make 'img' the 'image', and labels 'mask's, got {dict(self.keymap)}")
        self._compose(IGNORED, ())

    def __call__(self, results: dict) -> dict:
        masks = self._masks(results)
        transform = self._compose(ignored_in(results), tuple(masks))
        transform.set_random_seed(int(np.random.randint(_SEEDS)))
        img, swap = results['img'], self.bgr_to_rgb and results['img'].ndim == 3 and results['img'].shape[2] == 3
        done = transform(image=bgr2rgb(img) if swap else img, **{key: _taken(results[key], self) for key in masks})
        results['img'] = np.ascontiguousarray(rgb2bgr(done['image']) if swap else done['image'])
        for key in masks:
            results[key] = np.ascontiguousarray(done[key]).astype(results[key].dtype, copy=False)
        results['img_shape'] = results['img'].shape
        if self.update_pad_shape:
            results['pad_shape'] = results['img'].shape
        results['moved'] = True
        return results

    def sizes_after(self, sizes: Sizes) -> Sizes | None:
        """See :class:`mmseg.checks.ChangesSizes`: nobody knows."""
        return None

    def _masks(self, results: dict) -> list[str]:
        if self.keymap is None:
            return label_fields(results)
        return [key for key, kind in self.keymap.items() if kind == 'mask' and key in results]

    def _compose(self, ignored: int | None, masks: tuple[str, ...]) -> Callable:
        """The transforms for labels with these names and this ignored value."""
        if (ignored, masks) not in self._built:
            library = _library()

            def adapt(signature: inspect.Signature, args: dict) -> None:
                fill = signature.parameters.get('fill_mask')
                if fill is not None and fill.default == 0 and 'fill_mask' not in args:
                    require(ignored is not None, self, 'give each transform a fill_mask, a class: nothing is ignored '
                                                       '(ignore_index=None)')
                    args['fill_mask'] = ignored

            steps = build_all(self.transforms, library, f'{type(self).__name__}: transforms', adapt)
            self._built[ignored, masks] = library.Compose(steps, additional_targets=dict.fromkeys(masks, 'mask'))
        return self._built[ignored, masks]


def _library() -> object:
    os.environ.setdefault('NO_ALBUMENTATIONS_UPDATE', '1')  # it would ask the network for its latest version
    try:
        import albumentations
    except ImportError as error:
        raise ConfigError(f'Albu needs a package: pip install "albumentations>=2.0,<2.1" ({error})') from error
    return albumentations


def _taken(label: np.ndarray, transform: Albu) -> np.ndarray:
    """A label in a type that OpenCV moves about."""
    if label.dtype in (np.uint8, np.uint16):
        return label
    require(label.min() >= 0 and label.max() < 1 << 16, transform, 'labels must lie in 0 ... 65535')
    return label.astype(np.uint16)
