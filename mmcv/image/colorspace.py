"""Conversions between colour spaces, each an OpenCV conversion under its mmcv name."""

from collections.abc import Callable

import cv2
import numpy as np


def bgr2gray(img: np.ndarray, keepdim: bool = False) -> np.ndarray:
    """(H, W, 3) BGR -> (H, W) luminance; (H, W, 1) if ``keepdim``."""
    gray = cv2.cvtColor(img, cv2.COLOR_BGR2GRAY)
    return gray[..., None] if keepdim else gray


def rgb2gray(img: np.ndarray, keepdim: bool = False) -> np.ndarray:
    """(H, W, 3) RGB -> (H, W) luminance; (H, W, 1) if ``keepdim``."""
    gray = cv2.cvtColor(img, cv2.COLOR_RGB2GRAY)
    return gray[..., None] if keepdim else gray


def _converter(source: str, target: str) -> Callable[[np.ndarray], np.ndarray]:
    code = getattr(cv2, f'COLOR_{source}2{target}')

    def convert(img: np.ndarray) -> np.ndarray:
        return cv2.cvtColor(img, code)

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
