"""From files to arrays."""

import os.path as osp
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from mmcv.fileio import FileClient, get_bytes
from mmcv.image import EncodedImage, imread
from mmseg.checks import Facts, Problem
from mmseg.datasets.builder import PIPELINES
from mmseg.labels import STORED, as_label, check_no_negative, describe_turn, remap_label

from .arguments import ignored_in, label_fields, require


@PIPELINES.register_module()
@dataclass(eq=False)
class LoadImageFromFile:
    """Read ``img_info['filename']``, below ``img_prefix`` if that is given, into ``img``.

    Adds ``filename, ori_filename, img, img_shape, ori_shape, pad_shape, scale_factor, img_norm_cfg``.

    Args:
        to_float32: convert the values, without scaling them.
        color_type: ``color`` (H, W, 3) BGR 8 bit, ``grayscale`` (H, W) 8 bit, or ``unchanged`` (all channels and
            depths, 16 bit too).
        file_client_args: keyword arguments of :func:`mmcv.fileio.get_bytes`.
        imdecode_backend: ``cv2``, ``pillow`` or ``tifffile``, see :func:`mmcv.image.imfrombytes`. For a photograph of
            1024x2048 pillow takes 1.6 (PNG) and 1.5 times (JPEG) as long as cv2; torchvision's decoders give the same
            pixels and are no faster to speak of (1.0 and 1.1).

    Attributes:
        file_client: None, for subclasses that read by a client of their own and make it at the first file.

    Raises:
        FileNotFoundError, ValueError: a missing or a damaged file; the message names it.
    """

    to_float32: bool = False
    color_type: str = 'color'
    file_client_args: dict = field(default_factory=lambda: {'backend': 'disk'})
    imdecode_backend: str = 'cv2'
    file_client: ClassVar[FileClient | None] = None

    def __call__(self, results: dict) -> dict:
        path = self._path(results)
        self._check_alone(results)
        img = _read(results, path, self.color_type, self.imdecode_backend, self.file_client_args)
        return self._describe(results, path, img.astype(np.float32) if self.to_float32 else img)

    def check(self, facts: Facts) -> list[Problem]:
        """Photographs that are turned while their labels stay, and nothing tells that they do not fit."""
        turns = self.color_type in ('color', 'grayscale') and self.imdecode_backend != 'tifffile'
        if facts.turned is None or not turns:
            return []
        file, orientation = facts.turned
        return [Problem(
            'color_type', f'is {self.color_type!r}, which turns photographs as EXIF says ({file}: orientation '
            f'{orientation}); labels stay as they are stored', 'if they were drawn on photographs as they are stored, '
            f"set it to '{self.color_type}_ignore_orientation'", warning=True)]

    def defer(self, results: dict) -> dict:
        """As a call, but ``img`` is an :class:`mmcv.image.EncodedImage` where its shape is known without decoding."""
        if results.get('cache') is not None or self.to_float32:
            return self(results)
        path = self._path(results)
        self._check_alone(results)
        content = get_bytes(path, **(self.file_client_args or {}))
        img = EncodedImage(path, content, self.color_type, backend=self.imdecode_backend)
        return self._describe(results, path, img if img.shape else img.decode())

    def _check_alone(self, results: dict) -> None:
        """A label that was flipped or cut with the image before does not fit the image in the file."""
        require(not (results.get('moved') and label_fields(results)), self, 'a transform before it has changed image '
                'and label: load them once, in one of the two pipelines')

    @staticmethod
    def _path(results: dict) -> str:
        return _join(results.get('img_prefix'), results['img_info']['filename'])

    @staticmethod
    def _describe(results: dict, path: str, img: np.ndarray | EncodedImage) -> dict:
        channels = 1 if len(img.shape) < 3 else img.shape[2]
        norm = {'mean': np.zeros(channels, np.float32), 'std': np.ones(channels, np.float32), 'to_rgb': False}
        name = results['img_info']['filename']
        results.update(filename=path, ori_filename=name, img=img, img_norm_cfg=norm, scale_factor=1.0)
        results.update(img_shape=img.shape, ori_shape=img.shape, pad_shape=img.shape)
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class LoadAnnotations:
    """Read the label map ``ann_info['seg_map']``, below ``seg_prefix`` if given, into ``gt_semantic_seg`` (H, W).

    The values are class indices as the file stores them, grey or indices of a palette: uint8, or a wider type where
    they are larger or negative. ``results['label_map']`` (old value -> new one, a negative one meaning ignored) is
    applied first, then ``reduce_zero_label``. ``results['ignore_index']`` says which value is the ignored one.

    Args:
        reduce_zero_label: value 0 becomes the ignored one (255), every other one is lowered by one; the ignored stays.
        file_client_args: keyword arguments of :func:`mmcv.fileio.get_bytes`.
        imdecode_backend: as for the image; the values are the same. For a grey PNG cv2 and torchvision take 0.9 and
            0.8 of pillow's time.

    Attributes:
        file_client: as of :class:`LoadImageFromFile`.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a damaged file, a colour image, fractions, negative values other than the ignored one, or a map
            whose size is not the image's; the message names it.
    """

    reduce_zero_label: bool = False
    file_client_args: dict = field(default_factory=lambda: {'backend': 'disk'})
    imdecode_backend: str = 'pillow'
    file_client: ClassVar[FileClient | None] = None
    color_type: ClassVar[str] = STORED

    def __call__(self, results: dict) -> dict:
        return self.rename(self.defer(results))

    def defer(self, results: dict) -> dict:
        """As a call without :meth:`rename`, which may as well follow when there are fewer pixels."""
        require(not results.get('moved'), self, 'a transform before it has changed the image: load the label with it')
        path = _join(results.get('seg_prefix'), results['ann_info']['seg_map'])
        stored = _read(results, path, self.color_type, self.imdecode_backend, self.file_client_args)
        label = as_label(stored, path)
        if 'ignore_index' in results:
            check_no_negative(label, results['ignore_index'], path)
        size = results.get('ori_shape', label.shape)[:2]
        if label.shape != size:
            image = results.get('filename')
            raise ValueError(f'{path}: label map of {_wxh(label.shape)} for an image of {_wxh(size)}, {image}'
                             f'{describe_turn(image, size, label.shape)}')
        results['gt_semantic_seg'] = label
        results['seg_fields'] = list(dict.fromkeys([*results.get('seg_fields', ()), 'gt_semantic_seg']))
        return results

    def rename(self, results: dict) -> dict:
        """Give the values of the file those of the data set in their place."""
        results['gt_semantic_seg'] = self._renamed(results['gt_semantic_seg'], results)
        return results

    def names(self, results: dict) -> np.ndarray | None:
        """What stands in the place of each byte after :meth:`rename`, (256,); None if all stay."""
        bytes_ = np.arange(256, dtype=np.uint8)
        names = self._renamed(bytes_, results)
        return None if names is bytes_ else names

    def _renamed(self, label: np.ndarray, results: dict) -> np.ndarray:
        return remap_label(label, results.get('label_map'), self.reduce_zero_label, ignored_in(results))


def _read(results: dict, path: str, flag: str, backend: str, file_client_args: dict) -> np.ndarray:
    """From the cache that the data set has put into the results, or from the file."""
    cache = results.get('cache')
    if cache is not None:
        return cache.imread(path, flag, backend, file_client_args)
    return imread(path, flag, backend=backend, file_client_args=file_client_args)


def _join(prefix: str | None, name: str) -> str:
    return name if prefix is None else osp.join(prefix, name)


def _wxh(shape: tuple[int, ...]) -> str:
    return f'{shape[1]}x{shape[0]}'
