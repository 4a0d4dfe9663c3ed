"""Resizing, with mmcv's names for sizes (w, h), scales and interpolations."""

from numbers import Number

import cv2
import numpy as np
from PIL import Image

from .channels import INTERPOLATIONS, as_opencv_takes, choose, on_channels, pair

_PILLOW_INTERPOLATIONS = {
    'nearest': Image.Resampling.NEAREST,
    'bilinear': Image.Resampling.BILINEAR,
    'bicubic': Image.Resampling.BICUBIC,
    'box': Image.Resampling.BOX,
    'lanczos': Image.Resampling.LANCZOS,
    'hamming': Image.Resampling.HAMMING,
}


def rescale_size(
    old_size: tuple[int, int], scale: float | tuple[int, int], return_scale: bool = False
) -> tuple[int, int] | tuple[tuple[int, int], float]:
    """The size (w, h) that an image has after a resize that keeps its shape.

    Args:
        old_size: (w, h) of the image.
        scale: a factor; or two lengths, in any order: the largest size whose long edge is at most the greater of
            them and whose short edge is at most the smaller. No edge gets shorter than 1.
        return_scale: also return the factor.

    Raises:
        ValueError: a scale that is not positive, or other than one or two numbers.
    """
    width, height = old_size
    if isinstance(scale, Number):
        if scale <= 0:
            raise ValueError(f'rescale_size: the scale must be positive, got {scale}')
        factor = scale
    elif len(scale) == 2:
        factor = min(max(scale) / max(height, width), min(scale) / min(height, width))
    else:
        raise ValueError(f'rescale_size: the scale must be a number or two lengths, got {scale!r}')
    new_size = max(1, int(width * float(factor) + 0.5)), max(1, int(height * float(factor) + 0.5))
    return (new_size, factor) if return_scale else new_size


def imresize(
    img: np.ndarray,
    size: tuple[int, int],
    return_scale: bool = False,
    interpolation: str = 'bilinear',
    out: np.ndarray | None = None,
    backend: str | None = None,
) -> np.ndarray | tuple[np.ndarray, float, float]:
    """Resize an image.

    Args:
        img: (H, W) or (H, W, C).
        size: (w, h) of the result.
        return_scale: return (image, width ratio, height ratio).
        interpolation: ``nearest``, ``bilinear``, ``bicubic``, ``area`` or ``lanczos``; with ``pillow`` ``box`` and
            ``hamming`` too, but no ``area``.
        out: an array for the result, ``cv2`` only.
        backend: ``cv2`` (the default) or ``pillow`` (uint8 only).

    Raises:
        ValueError: an empty size, an unknown name, or a type that pillow does not take.
    """
    if min(size) < 1:
        raise ValueError(f'imresize: width and height must be at least 1, got {tuple(size)}')
    if backend == 'pillow':
        if img.dtype != np.uint8:
            raise ValueError(f"imresize: the backend 'pillow' needs uint8, got {img.dtype}")
        code = choose(_PILLOW_INTERPOLATIONS, interpolation, 'interpolation')
        resized = np.array(Image.fromarray(img).resize(size, code))
    elif backend in (None, 'cv2'):
        code = choose(INTERPOLATIONS, interpolation, 'interpolation')
        movable = as_opencv_takes(img)
        resized = on_channels(lambda part, _: cv2.resize(part, size, dst=out, interpolation=code), movable)
        resized = resized if movable is img else resized.astype(img.dtype)
    else:
        raise ValueError(f"imresize: the backend must be 'cv2' or 'pillow', got {backend!r}")
    return (resized, size[0] / img.shape[1], size[1] / img.shape[0]) if return_scale else resized


def imresize_like(
    img: np.ndarray,
    dst_img: np.ndarray,
    return_scale: bool = False,
    interpolation: str = 'bilinear',
    backend: str | None = None,
) -> np.ndarray | tuple[np.ndarray, float, float]:
    """Resize to the size of ``dst_img``; see :func:`imresize`."""
    return imresize(img, dst_img.shape[1::-1], return_scale, interpolation, backend=backend)


def imresize_to_multiple(
    img: np.ndarray,
    divisor: int | tuple[int, int],
    size: int | tuple[int, int] | None = None,
    scale_factor: float | tuple[float, float] | None = None,
    keep_ratio: bool = False,
    return_scale: bool = False,
    interpolation: str = 'bilinear',
    out: np.ndarray | None = None,
    backend: str | None = None,
) -> np.ndarray | tuple[np.ndarray, float, float]:
    """Resize to ``size`` (w, h), or by ``scale_factor`` (w, h), each edge rounded up to a multiple of ``divisor``.

    Args:
        img: (H, W) or (H, W, C).
        divisor, size, scale_factor: one value for both edges or one for each (w, h); either size or scale_factor.
        keep_ratio: fit the image into ``size`` with its shape kept, before the rounding.
        return_scale, interpolation, out, backend: as for :func:`imresize`.

    Raises:
        ValueError: both or none of ``size`` and ``scale_factor``, or as for :func:`imresize`.
    """
    if (size is None) == (scale_factor is None):
        raise ValueError('imresize_to_multiple: give either size or scale_factor')
    height, width = img.shape[:2]
    if size is None:
        size = [int(edge * float(factor) + 0.5) for edge, factor in zip((width, height), pair(scale_factor))]
    size = pair(size)
    if keep_ratio:
        size = rescale_size((width, height), size)
    size = tuple(-(-edge // multiple) * multiple for edge, multiple in zip(size, pair(divisor)))
    return imresize(img, size, return_scale, interpolation, out, backend)


def imrescale(
    img: np.ndarray,
    scale: float | tuple[int, int],
    return_scale: bool = False,
    interpolation: str = 'bilinear',
    backend: str | None = None,
) -> np.ndarray | tuple[np.ndarray, float]:
    """Resize with the shape kept; ``scale`` as in :func:`rescale_size`. ``return_scale``: (image, factor)."""
    size, factor = rescale_size(img.shape[1::-1], scale, return_scale=True)
    rescaled = imresize(img, size, interpolation=interpolation, backend=backend)
    return (rescaled, factor) if return_scale else rescaled
