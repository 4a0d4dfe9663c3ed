"""Images of any kind to what a model takes, by the test pipeline of its config."""

import copy
import os
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image
from torch import nn

from mmcv.image import imfrombytes
from mmcv.parallel import collate
from mmseg.arrays import ImageKind, check_image
from mmseg.assembly.loaders import pipeline_of
from mmseg.datasets.pipelines import Compose, MultiScaleFlipAug
from mmseg.models.probe import image_channels
from mmseg.protocols import Transform

#: What may be given as an image.
ImageLike = str | os.PathLike | np.ndarray | Image.Image


class Prepared(NamedTuple):
    """An image that is ready for a model.

    Attributes:
        image: as the first transform of the pipeline loads it, (H, W) or (H, W, C).
        batch: of this image alone: ``img`` and ``img_metas``, a list with one entry per augmentation.
    """

    image: np.ndarray
    batch: dict

    @property
    def shapes(self) -> tuple:
        """What images of one batch have in common."""
        if self.batch.keys() != {'img', 'img_metas'}:
            return (id(self.batch),)  # nobody knows how to put together what else a pipeline collects
        metas = [meta for views in self.batch['img_metas'] for meta in views]
        return tuple((tuple(img.shape), tuple(meta['ori_shape'])) for img, meta in zip(self.batch['img'], metas))


class Preparation:
    """The test pipeline of a model's config.

    Args:
        model: with its config in ``cfg``.
    """

    def __init__(self, model: nn.Module) -> None:
        load, *rest = pipeline_of(model.cfg.data.test)
        self._settings, self._configs = load, rest
        self._load, self._transform = Compose([load]), Compose(rest)
        self._at_own_size = Compose([_at_own_size(transform) for transform in rest])
        self._of_file = load['type'] == 'LoadImageFromFile'
        self.kind = ImageKind(image_channels(model), self.colour != 'unchanged' and self.backend != 'tifffile')

    @property
    def colour(self) -> str:
        """The ``color_type`` that images are loaded with; 'unchanged' where a user's transform loads them."""
        return self._settings.get('color_type', 'color') if self._of_file else 'unchanged'

    @property
    def backend(self) -> str | None:
        """The decoder that they are loaded with; None is the default."""
        return self._settings.get('imdecode_backend') if self._of_file else None

    def check(self, img: object, where: str) -> None:
        """Refuse what :meth:`load` does not take."""
        if not isinstance(img, Image.Image):
            check_image(img, where, self.kind)

    def load(self, img: ImageLike, where: str = 'image') -> tuple[np.ndarray, str | None]:
        """An image as the first transform loads it, and the path that it comes from.

        Args:
            img: a path, such an array, or an image of PIL.
            where: for messages.

        Raises:
            ConfigTypeError: something else.
            OSError, ValueError: the file is missing or no image; the message names it.
        """
        if isinstance(img, Image.Image):
            img = self._as_array(img)
        self.check(img, where)
        if isinstance(img, np.ndarray):
            return (img.astype(np.float32) if self._settings.get('to_float32') else img), None
        path = os.fspath(img)
        return self._load({'img_info': {'filename': path}, 'img_prefix': None})['img'], path

    def decode(self, content: bytes) -> np.ndarray:
        """The image in the bytes of a file.

        Raises:
            ValueError: there is none, or it is damaged.
        """
        img = imfrombytes(content, self.colour, backend=self.backend)
        return img.astype(np.float32) if self._settings.get('to_float32') else img

    def __call__(self, image: np.ndarray, path: str | None = None, own_size: bool = False) -> Prepared:
        """Run the rest of the pipeline.

        Args:
            image: from :meth:`load`.
            path: for transforms that look at it.
            own_size: leave the size as it is, and out all augmentation: for a part of an image.
        """
        shape = image.shape
        results = dict(filename=path, ori_filename=path, img=image, img_shape=shape, ori_shape=shape, pad_shape=shape,
                       scale_factor=1.0)
        transform = self._at_own_size if own_size else self._transform
        return Prepared(image, collate([transform(results)]))

    @property
    def scale(self) -> tuple[int, int] | None:
        """(height, width) that images are brought to in testing; None where they keep their own size."""
        scales = [transform.get('img_scale') for transform in self._configs if _is_augmentation(transform)]
        scale = scales[0] if scales else None
        if scale and not isinstance(scale[0], int):
            scale = scale[0]
        return (scale[1], scale[0]) if scale else None

    def _as_array(self, img: Image.Image) -> np.ndarray:
        channels = self.kind.channels
        if channels == 1:
            return np.asarray(img.convert('L'))
        if channels in (3, None) and self.colour != 'unchanged':
            return np.ascontiguousarray(np.asarray(img.convert('RGB'))[..., ::-1])
        array = np.array(img)
        if array.ndim == 3 and array.shape[2] in (3, 4):
            array[..., :3] = array[..., 2::-1].copy()
        return array


def _is_augmentation(transform: object) -> bool:
    return isinstance(transform, Mapping) and transform['type'] in ('MultiScaleFlipAug', MultiScaleFlipAug)


def _at_own_size(transform: Transform | Mapping) -> Transform | Mapping:
    if not _is_augmentation(transform):
        return transform
    return {**copy.deepcopy(transform), 'img_scale': None, 'img_ratios': 1.0, 'flip': False}
