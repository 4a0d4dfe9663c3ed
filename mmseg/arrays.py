"""What users give in the place of an image or a label map: it is told what it is, and what is wanted."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from mmcv.utils import ConfigTypeError

from .labels import read_label_map

_MAP = 'an (H, W) array of class indices'


class ImageKind(NamedTuple):
    """The images that are wanted.

    Attributes:
        channels: how many; None if nobody knows.
        of_bytes: whether they hold 0 to 255.
    """

    channels: int | None = 3
    of_bytes: bool = True

    def __str__(self) -> str:
        shape = {None: '(H, W, C)', 1: '(H, W)'}.get(self.channels, f'(H, W, {self.channels})')
        order = {1: ' grey', 3: ' BGR'}.get(self.channels, '')
        return f'an {shape}{" uint8" * self.of_bytes}{order} array'


#: As most models take them.
PHOTO = ImageKind()


def check_image(img: object, where: str, kind: ImageKind = PHOTO) -> None:
    """Refuse what is neither a path nor such an image.

    Args:
        img: what was given.
        where: the function that it was given to.
        kind: what is wanted. Images of bytes may be floats of 0 to 255; those of one channel (H, W) or (H, W, 1).

    Raises:
        ConfigTypeError: in one line: what is wanted, what it is, and the mend.
    """
    if isinstance(img, (str, os.PathLike)):
        return
    found, mend = what_it_is(img), _of_another_type(img)
    if isinstance(img, np.ndarray):
        mend = _of_another_shape(img, kind.channels) or (_of_other_numbers(img) if kind.of_bytes else '')
    if mend:
        raise ConfigTypeError(f'{where}: a path or {kind} is needed, not {found}: {mend}')


def check_result(result: object, size: Sequence[int], where: str) -> np.ndarray:
    """The label map in what a segmentor returns for an image.

    Args:
        result: a list whose first element is (H, W) whole numbers.
        size: (H, W) of the image.
        where: the function that it was given to.

    Raises:
        ConfigTypeError: in one line: what is wanted, what it is, and the mend.
    """
    wanted = f'{where}: a list with {_MAP} is needed, not '
    if not isinstance(result, (list, tuple)) or not len(result):
        raise ConfigTypeError(f'{wanted}{what_it_is(result)}: give what inference_segmentor returns, or [label_map]')
    label = result[0]
    if isinstance(label, torch.Tensor):
        label = label.detach().cpu().numpy()
    if not isinstance(label, np.ndarray) or label.ndim != 2 or label.dtype.kind not in 'biuf':
        mend = ('take the class of each pixel: logits.argmax(0)' if isinstance(label, np.ndarray) and label.ndim == 3
                else 'give what inference_segmentor returns, or [label_map]')
        raise ConfigTypeError(f'{wanted}a list with {what_it_is(label)}: {mend}')
    if label.shape != tuple(size):
        raise ConfigTypeError(f'{where}: the label map has {label.shape} (height, width), the image {tuple(size)}: '
                              'give those of one image')
    try:
        return read_label_map(label)
    except ValueError as error:
        raise ConfigTypeError(f'{where}: {error}') from error


def what_it_is(value: object) -> str:
    """An object in a few words, for a message."""
    if isinstance(value, np.ndarray):
        return f'an array of shape {value.shape} and type {value.dtype}'
    if isinstance(value, torch.Tensor):
        return f'a tensor of shape {tuple(value.shape)}'
    if isinstance(value, Image.Image):
        return f'a PIL image of mode {value.mode}'
    return 'None' if value is None else f'a {type(value).__name__}'


def _of_another_type(img: object) -> str:
    """The mend of what is no array."""
    if isinstance(img, torch.Tensor):
        return 'convert it to an array of bytes with the channels last: img.permute(1, 2, 0).cpu().numpy()'
    if isinstance(img, Image.Image):
        return "write np.asarray(img.convert('RGB'))[..., ::-1]"
    if isinstance(img, Iterator):
        return 'write list(...) around what gives several images'
    if isinstance(img, (bytes, bytearray)):
        return 'write mmcv.imfrombytes(...)'
    return 'give what mmcv.imread returns, or a list of such'


def _of_another_shape(img: np.ndarray, channels: int | None) -> str:
    """The mend of an array without the shape of an image of so many channels; '' if it has it."""
    if img.ndim > 3:
        return 'give a stack as a list(...) of images'
    if img.ndim < 2 or not img.size:
        return 'an image has a height and a width'
    given = img.shape[2] if img.ndim == 3 else 1
    if given == channels or (channels is None and (img.ndim == 2 or given < img.shape[0])):
        return ''
    if img.ndim == 3 and img.shape[0] in (channels, 3, 4) and given > 4:
        return 'move the channels last: img.transpose(1, 2, 0)'
    if (given, channels) == (1, 3):
        return 'give a grey image as mmcv.gray2bgr(img)'
    if (given, channels) == (4, 3):
        return 'leave the transparency out: img[..., :3] of BGRA, img[..., 2::-1] of RGBA'
    if (given, channels) == (3, 1):
        return 'make it grey: mmcv.bgr2gray(img)'
    return f'images of {channels} channels are wanted, and a stack of images as a list(...)'


def _of_other_numbers(img: np.ndarray) -> str:
    """The mend of an array that does not hold bytes; '' if it does."""
    if img.dtype == np.uint8:
        return ''
    if img.dtype.kind not in 'iuf':
        return 'images hold numbers of 0 to 255: give them as img.astype(np.uint8)'
    low, high = img.min(), img.max()
    if not (low >= 0 and high <= 255):  # nan neither
        upper = ', or keep the upper byte: (img >> 8).astype(np.uint8)' if img.dtype.kind in 'iu' and low >= 0 else ''
        return f'its values go from {low} to {high}: scale them to 0 to 255 and give img.astype(np.uint8){upper}'
    if img.dtype.kind == 'f':
        return 'its values go up to 1: give (img * 255).astype(np.uint8)' if high <= 1 else ''
    return 'give img.astype(np.uint8)'
