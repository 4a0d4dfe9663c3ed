"""Transforms of torchvision."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import torch

from mmcv.utils import ConfigError
from mmseg.checks import Sizes
from mmseg.datasets.builder import PIPELINES
from mmseg.labels import IGNORED, holding

from .arguments import ignored_in, label_fields, require
from .foreign import build_all


@PIPELINES.register_module()
@dataclass(eq=False)
class TorchvisionV2:
    """Transforms of ``torchvision.transforms.v2`` on image and labels in step.

    What comes into a label from outside of the image is ignored; ``fill`` is for the image. The random numbers are
    torch's, which are seeded for each sample.

    Args:
        transforms: configs, ``type`` being a name in that module; they may hold others, as ``RandomApply`` does. An
            ``interpolation`` is given by its name, ``'bilinear'``.
        bgr_to_rgb: hand the three channels over as RGB, which the transforms of colours expect.

    Raises:
        ConfigError: torchvision is missing, or refuses the transforms.

    Sets ``img_shape``.
    """

    transforms: Sequence[dict]
    bgr_to_rgb: bool = True
    _built: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._steps(IGNORED)

    def __call__(self, results: dict) -> dict:
        from torchvision import tv_tensors

        img, ignored = results['img'], ignored_in(results)
        labels = {key: results[key] if ignored is None else holding(results[key], ignored)
                  for key in label_fields(results)}
        swap = self.bgr_to_rgb and img.ndim == 3 and img.shape[2] == 3
        planes = np.atleast_3d(img[..., ::-1] if swap else img).transpose(2, 0, 1)
        sample = (tv_tensors.Image(torch.from_numpy(planes.copy())),
                  *(tv_tensors.Mask(torch.from_numpy(label.astype(np.int64))) for label in labels.values()))
        for step in self._steps(ignored):
            sample = step(*sample)
            sample = sample if isinstance(sample, tuple) else (sample,)
        moved = sample[0].numpy().transpose(1, 2, 0)
        moved = moved[..., ::-1] if swap else moved.reshape(*moved.shape[:2], *img.shape[2:])
        results['img'] = np.ascontiguousarray(moved)
        results.update({key: part.numpy().astype(labels[key].dtype) for key, part in zip(labels, sample[1:])})
        results['img_shape'] = results['img'].shape
        results['moved'] = True
        return results

    def sizes_after(self, sizes: Sizes) -> Sizes | None:
        """See :class:`mmseg.checks.ChangesSizes`: nobody knows."""
        return None

    def _steps(self, ignored: int | None) -> list[Callable]:
        """The transforms for labels with this ignored value."""
        if ignored not in self._built:
            library = _library()
            self._built[ignored] = build_all(
                self.transforms, library, f'{type(self).__name__}: transforms', self._adapt(ignored))
        return self._built[ignored]

    def _adapt(self, ignored: int | None) -> Callable[[inspect.Signature, dict], None]:
        from torchvision import tv_tensors
        from torchvision.transforms import InterpolationMode

        def adapt(signature: inspect.Signature, args: dict) -> None:
            if isinstance(args.get('interpolation'), str):
                args['interpolation'] = InterpolationMode(args['interpolation'])
            if 'fill' in signature.parameters and not isinstance(args.get('fill'), Mapping):
                require(ignored is not None, self, 'give each transform fill=dict(...): nothing is ignored '
                                                   '(ignore_index=None)')
                args['fill'] = {tv_tensors.Image: args.get('fill', 0), tv_tensors.Mask: ignored}

        return adapt


def _library() -> ModuleType:
    try:
        from torchvision.transforms import v2
    except ImportError as error:
        raise ConfigError(f'TorchvisionV2 needs a package: pip install torchvision ({error})') from error
    return v2
