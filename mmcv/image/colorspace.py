"""Conversions between colour spaces, each an OpenCV conversion under its mmcv name."""

from collections.abc import Callable

import cv2
import numpy as np


def _convert(img: np.ndarray, code: int) -> np.ndarray:
    """As ``cv2.cvtColor``, for images of any type of numbers."""
    if img.dtype in (np.uint8, np.uint16, np.float32):  # OpenCV knows no others
        return cv2.cvtColor(img, code)
    if code == cv2.COLOR_BGR2RGB:
        return np.ascontiguousarray(img[..., ::-1])
    return cv2.cvtColor(img.astype(np.float32), code).astype(img.dtype)


def bgr2gray(img: np.ndarray, keepdim: bool = False) -> np.ndarray:
    """(H, W, 3) BGR -> (H, W) luminance; (H, W, 1) if ``keepdim``."""
    gray = _convert(img, cv2.COLOR_BGR2GRAY)
    return gray[..., None] if keepdim else gray


def rgb2gray(img: np.ndarray, keepdim: bool = False) -> np.ndarray:
    """(H, W, 3) RGB -> (H, W) luminance; (H, W, 1) if ``keepdim``."""
    gray = _convert(img, cv2.COLOR_RGB2GRAY)
    return gray[..., None] if keepdim else gray


def imconvert(img: np.ndarray, src: str, dst: str) -> np.ndarray:
    """Convert an image from one colour space of OpenCV to another, such as 'bgr' to 'lab'."""
    return _convert(img, getattr(cv2, f'COLOR_{src.upper()}2{dst.upper()}'))


def _converter(source: str, target: str) -> Callable[[np.ndarray], np.ndarray]:
    code = getattr(cv2, f'COLOR_{source}2{target}')

    def convert(img: np.ndarray) -> np.ndarray:
        return _convert(img, code)

    convert.__name__ = convert.__qualname__ = f'{source}2{target}'.lower()
    convert.__doc__ = f'Convert an image from {source} to {target}; a new array of the same type.'
    return convert


gray2bgr = _converter('GRAY', 'BGR')
gray2rgb = _converter('GRAY', 'RGB')
bgr2rgb = _converter('BGR', 'RGB')
rgb2bgr = _converter('RGB', 'BGR')
bgr2hsv = _converter('BGR', 'HSV')
hsv2bgr = _converter('HSV', 'BGR')
bgr2hls = _converter('BGR', 'HLS')
hls2bgr = _converter('HLS', 'BGR')

# ITU-R BT.601 of RGB in [0, 1] to YCbCr in [0, 255], as Matlab has it; OpenCV's YCrCb is that of JPEG.
_TO_YCBCR = np.array([[65.481, -37.797, 112.0], [128.553, -74.203, -93.786], [24.966, 112.0, -18.214]])
_FROM_YCBCR = np.array([
    [0.00456621, 0.00456621, 0.00456621], [0, -0.00153632, 0.00791071], [0.00625893, -0.00318811, 0]]) * 255
_YCBCR_OFFSET, _RGB_OFFSET = np.array([16, 128, 128]), np.array([-222.921, 135.576, -276.836])


def rgb2ycbcr(img: np.ndarray, y_only: bool = False) -> np.ndarray:
    """Convert RGB to YCbCr by BT.601.

    Args:
        img: (H, W, 3), uint8 of 0 to 255 or float32 of 0 to 1.
        y_only: only Y, (H, W).

    Returns:
        The same type.

    Raises:
        ValueError: another type.
    """
    ycbcr = _in_units(img) @ _TO_YCBCR + _YCBCR_OFFSET
    return _of_type(ycbcr[..., 0] if y_only else ycbcr, img.dtype)


def bgr2ycbcr(img: np.ndarray, y_only: bool = False) -> np.ndarray:
    """Convert BGR to YCbCr; see :func:`rgb2ycbcr`."""
    return rgb2ycbcr(img[..., ::-1], y_only)


def ycbcr2rgb(img: np.ndarray) -> np.ndarray:
    """Convert YCbCr to RGB; undoes :func:`rgb2ycbcr`."""
    return _of_type(_in_units(img) * 255 @ _FROM_YCBCR + _RGB_OFFSET, img.dtype)


def ycbcr2bgr(img: np.ndarray) -> np.ndarray:
    """Convert YCbCr to BGR; undoes :func:`bgr2ycbcr`."""
    return np.ascontiguousarray(ycbcr2rgb(img)[..., ::-1])


def _in_units(img: np.ndarray) -> np.ndarray:
    _check_type(img.dtype)
    return img.astype(np.float32) / (255 if img.dtype == np.uint8 else 1)


def _of_type(img: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Values of 0 to 255 as these types have them."""
    _check_type(dtype)
    return (img.round().clip(0, 255) if dtype == np.uint8 else img / 255).astype(dtype)


def _check_type(dtype: np.dtype) -> None:
    if dtype not in (np.uint8, np.float32):
        raise ValueError(f'YCbCr is of uint8 in 0 ... 255 or float32 in 0 ... 1, not of {np.dtype(dtype)}')
