"""Operations that move pixels: flip, rotate, crop, pad."""

from collections.abc import Sequence

import cv2
import numpy as np

from .channels import INTERPOLATIONS, as_opencv_takes, channel_values, choose, on_channels, pair

_PAD_MODES = ('constant', 'edge', 'reflect', 'symmetric')
_BORDERS = {
    'constant': cv2.BORDER_CONSTANT,
    'replicate': cv2.BORDER_REPLICATE,
    'reflect': cv2.BORDER_REFLECT,
    'reflect_101': cv2.BORDER_REFLECT_101,
    'wrap': cv2.BORDER_WRAP,
}
_FLIP_CODES = {'horizontal': 1, 'vertical': 0, 'diagonal': -1}
_FLIP_AXES = {'horizontal': 1, 'vertical': 0, 'diagonal': (0, 1)}
_CV2_TYPES = ('uint8', 'int16', 'uint16', 'float32', 'float64')


def imflip(img: np.ndarray, direction: str = 'horizontal') -> np.ndarray:
    """Flip ``horizontal`` (left-right), ``vertical`` or ``diagonal`` (both); a new contiguous array."""
    code = choose(_FLIP_CODES, direction, 'flip direction')
    if img.dtype.name in _CV2_TYPES and (img.ndim == 2 or img.shape[2] <= 4):  # many times faster than numpy
        return cv2.flip(img, code).reshape(img.shape)
    return np.flip(img, _FLIP_AXES[direction]).copy()


def imflip_(img: np.ndarray, direction: str = 'horizontal') -> np.ndarray:
    """:func:`imflip` in the image's own place."""
    img[...] = imflip(img, direction)
    return img


def imrotate(
    img: np.ndarray,
    angle: float,
    center: tuple[float, float] | None = None,
    scale: float = 1.0,
    border_value: float | Sequence[float] = 0,
    interpolation: str = 'bilinear',
    auto_bound: bool = False,
    border_mode: str = 'constant',
) -> np.ndarray:
    """Rotate clockwise.

    Args:
        img: (H, W) or (H, W, C).
        angle: in degrees.
        center: (x, y) of the fixed point; the middle of the image by default.
        scale: by what it is enlarged.
        border_value: fills what comes from outside: one number for all channels, or one per channel.
        interpolation: ``nearest``, ``bilinear``, ``bicubic``, ``area`` or ``lanczos``.
        auto_bound: grow the result so that nothing is cut off; not with ``center``.
        border_mode: ``constant``, ``replicate``, ``reflect``, ``reflect_101`` or ``wrap``, as OpenCV means them.

    Raises:
        ValueError: an unknown name, ``auto_bound`` with ``center``, or a number of border values that does not fit.
    """
    if center is not None and auto_bound:
        raise ValueError('imrotate: auto_bound rotates about the middle and takes no center')
    height, width = img.shape[:2]
    center = ((width - 1) * 0.5, (height - 1) * 0.5) if center is None else tuple(center)
    matrix = cv2.getRotationMatrix2D(center, -angle, scale)
    if auto_bound:
        cos, sin = np.abs(matrix[0, :2])
        new_width, new_height = height * sin + width * cos, height * cos + width * sin
        matrix[:, 2] += (new_width - width) * 0.5, (new_height - height) * 0.5
        width, height = round(new_width), round(new_height)
    return _warped(img, matrix, border_value, interpolation, border_mode, (width, height))


def _warped(
    img: np.ndarray, matrix: np.ndarray, border_value: float | Sequence[float], interpolation: str,
    border_mode: str = 'constant', size: tuple[int, int] | None = None,
) -> np.ndarray:
    """An affine transformation of any number of channels; ``size`` (w, h) is that of the image by default."""
    flags = choose(INTERPOLATIONS, interpolation, 'interpolation')
    mode = choose(_BORDERS, border_mode, 'border_mode')
    border = channel_values(border_value, img, 'border_value')
    size = size or img.shape[1::-1]

    def warp(part: np.ndarray, first: int) -> np.ndarray:
        fill = border[first : first + 4]
        return cv2.warpAffine(part, matrix, size, flags=flags, borderMode=mode, borderValue=fill)

    warped = on_channels(warp, as_opencv_takes(img), whole=len(set(border)) == 1)
    return warped.astype(img.dtype, copy=False)


def imshear(
    img: np.ndarray, magnitude: float, direction: str = 'horizontal', border_value: float | Sequence[float] = 0,
    interpolation: str = 'bilinear',
) -> np.ndarray:
    """Shear an image.

    Args:
        img: (H, W) or (H, W, C).
        magnitude: pixels by which a row (column) moves further than the one before it.
        direction: 'horizontal' moves rows, 'vertical' columns.
        border_value: fills what comes from outside: one number for all channels, or one per channel.
        interpolation: as for :func:`imrotate`.

    Raises:
        ValueError: an unknown name, or a number of border values that does not fit.
    """
    row = choose({'horizontal': 0, 'vertical': 1}, direction, 'direction')
    matrix = np.eye(2, 3, dtype=np.float32)
    matrix[row, 1 - row] = magnitude
    return _warped(img, matrix, border_value, interpolation)


def imtranslate(
    img: np.ndarray, offset: float, direction: str = 'horizontal', border_value: float | Sequence[float] = 0,
    interpolation: str = 'bilinear',
) -> np.ndarray:
    """Move an image by ``offset`` pixels to the right or, if ``direction`` is 'vertical', down.

    The other arguments are those of :func:`imshear`.
    """
    matrix = np.eye(2, 3, dtype=np.float32)
    matrix[choose({'horizontal': 0, 'vertical': 1}, direction, 'direction'), 2] = offset
    return _warped(img, matrix, border_value, interpolation)


def cutout(img: np.ndarray, shape: int | tuple[int, int], pad_val: float | Sequence[float] = 0) -> np.ndarray:
    """Fill a rectangle about a random point, drawn from ``numpy.random``; a new array.

    Args:
        img: (H, W) or (H, W, C).
        shape: (h, w), or one number for both.
        pad_val: one number for all channels, or one per channel.

    Raises:
        ValueError: a number of values that does not fit.
    """
    cut_height, cut_width = pair(shape)
    height, width = img.shape[:2]
    y, x = np.random.uniform(height), np.random.uniform(width)
    top, left = int(max(0, y - cut_height / 2)), int(max(0, x - cut_width / 2))
    fill = channel_values(pad_val, img, 'pad_val')
    img = img.copy()
    img[top:top + cut_height, left:left + cut_width] = fill if img.ndim == 3 else fill[0]
    return img


def imcrop(
    img: np.ndarray, bboxes: np.ndarray, scale: float = 1.0, pad_fill: float | Sequence[float] | None = None
) -> np.ndarray | list[np.ndarray]:
    """Cut out boxes.

    Args:
        img: (H, W) or (H, W, C).
        bboxes: (k, 4) or one box (4,) of x1, y1, x2, y2 in pixels, the last row and column included.
        scale: grow each box about its middle first.
        pad_fill: fills what lies outside of the image, one number or one per channel; None cuts it off.

    Returns:
        One patch for one box, else a list of them.
    """
    patches = []
    for x1, y1, x2, y2 in np.reshape(bboxes, (-1, 4)):
        dx, dy = (x2 - x1 + 1) * (scale - 1) * 0.5, (y2 - y1 + 1) * (scale - 1) * 0.5
        left, top, right, bottom = np.array([x1 - dx, y1 - dy, x2 + dx, y2 + dy]).astype(np.int32).tolist()
        height, width = img.shape[:2]
        x_in, y_in = np.clip([left, right], 0, width - 1), np.clip([top, bottom], 0, height - 1)
        patch = img[y_in[0] : y_in[1] + 1, x_in[0] : x_in[1] + 1]
        if pad_fill is not None:
            around = (max(-left, 0), max(-top, 0), max(right - width + 1, 0), max(bottom - height + 1, 0))
            patch = impad(patch, padding=around, pad_val=pad_fill)
        patches.append(patch)
    return patches[0] if np.ndim(bboxes) == 1 else patches


def impad(
    img: np.ndarray,
    *,
    shape: tuple[int, int] | None = None,
    padding: int | tuple[int, ...] | None = None,
    pad_val: float | Sequence[float] = 0,
    padding_mode: str = 'constant',
) -> np.ndarray:
    """Pad to ``shape`` at the right and the bottom, or by ``padding``; a new array.

    Args:
        img: (H, W) or (H, W, C).
        shape: (h, w); an edge that is longer already stays as it is.
        padding: one number for all sides, (left and right, top and bottom) or (left, top, right, bottom).
        pad_val: one number for all channels, or one per channel; rounded for an integer image.
        padding_mode: ``constant``, ``edge``, ``reflect`` or ``symmetric``, as numpy means them.

    Raises:
        ValueError: both or none of ``shape`` and ``padding``, an unknown mode, or a number of values that does not fit.
    """
    if (shape is None) == (padding is None):
        raise ValueError('impad: give either shape or padding')
    height, width = img.shape[:2]
    if padding is None:
        padding = (0, 0, max(shape[1] - width, 0), max(shape[0] - height, 0))
    left, top, right, bottom = _sides(padding)
    if padding_mode not in _PAD_MODES:
        raise ValueError(f'impad: unknown padding_mode {padding_mode!r}; take one of {", ".join(_PAD_MODES)}')
    if padding_mode != 'constant':
        widths = [(top, bottom), (left, right)] + [(0, 0)] * (img.ndim - 2)
        return np.pad(img, widths, mode=padding_mode)
    fill = channel_values(pad_val, img, 'pad_val')
    padded = np.empty((top + height + bottom, left + width + right, *img.shape[2:]), img.dtype)
    padded[top : top + height, left : left + width] = img
    for border in (padded[:top], padded[top + height :], padded[:, :left], padded[:, left + width :]):
        border[...] = fill if img.ndim == 3 else fill[0]
    return padded


def impad_to_multiple(img: np.ndarray, divisor: int, pad_val: float | Sequence[float] = 0) -> np.ndarray:
    """Pad at the right and the bottom until both edges are multiples of ``divisor``."""
    height, width = (-(-edge // divisor) * divisor for edge in img.shape[:2])
    return impad(img, shape=(height, width), pad_val=pad_val)


def _sides(padding: int | tuple[int, ...]) -> tuple[int, int, int, int]:
    sides = pair(padding)
    if len(sides) not in (2, 4):
        raise ValueError(f'impad: padding must have 1, 2 or 4 values, got {padding!r}')
    return sides * 2 if len(sides) == 2 else sides
