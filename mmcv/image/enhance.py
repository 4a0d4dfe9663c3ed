"""Brightness, contrast, hue and other enhancements of BGR images of 0 to 255, as those of Pillow.

``backend`` is 'cv2' or 'pillow', and None what :func:`~mmcv.image.use_backend` has set; pillow takes uint8 alone.
"""

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageEnhance

from .colorspace import bgr2gray, bgr2rgb, gray2bgr
from .io import default_backend
from .photometric import lut_transform


def adjust_color(
    img: np.ndarray, alpha: float = 1, beta: float | None = None, gamma: float = 0, backend: str | None = None,
) -> np.ndarray:
    """``img * alpha + gray(img) * beta + gamma``, clipped to 0 ... 255; ``beta`` is ``1 - alpha``."""
    if _is_pillow(backend, img):
        if beta is not None or gamma:
            raise ValueError('adjust_color: pillow knows no beta and gamma: use backend="cv2"')
        return _by_pillow(ImageEnhance.Color, img, alpha)
    gray = gray2bgr(bgr2gray(img))
    return _clipped(cv2.addWeighted(img, alpha, gray, 1 - alpha if beta is None else beta, gamma), img.dtype)


def adjust_brightness(img: np.ndarray, factor: float = 1.0, backend: str | None = None) -> np.ndarray:
    """Brighter by a factor: 0 gives black, 1 the image itself."""
    if _is_pillow(backend, img):
        return _by_pillow(ImageEnhance.Brightness, img, factor)
    return _blended(img, np.zeros_like(img), factor)


def adjust_contrast(img: np.ndarray, factor: float = 1.0, backend: str | None = None) -> np.ndarray:
    """More contrast by a factor: 0 gives the mean grey, 1 the image itself."""
    if _is_pillow(backend, img):
        return _by_pillow(ImageEnhance.Contrast, img, factor)
    return _blended(img, np.full_like(img, round(float(bgr2gray(img).mean(dtype=np.float64)))), factor)


def adjust_sharpness(img: np.ndarray, factor: float = 1.0, kernel: np.ndarray | None = None) -> np.ndarray:
    """Sharper by a factor: 0 gives the image filtered, 1 the image itself.

    Args:
        img: (H, W) or (H, W, C).
        factor: of the difference to the filtered image.
        kernel: (h, w), of the filter; None smooths by 3 x 3 pixels.

    Raises:
        ValueError: another kernel.
    """
    if kernel is None:
        kernel = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
    if not isinstance(kernel, np.ndarray) or kernel.ndim != 2:
        raise ValueError(f'adjust_sharpness: kernel has to be an array (h, w), not {kernel!r}')
    return _blended(img, cv2.filter2D(img, -1, kernel), factor)


def adjust_hue(img: np.ndarray, hue_factor: float, backend: str | None = None) -> np.ndarray:
    """Turn the hue by a part of the circle, -0.5 to 0.5.

    Raises:
        ValueError: a factor outside of that.
    """
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f'adjust_hue: hue_factor is {hue_factor}: use -0.5 to 0.5')
    shift = int(hue_factor * 255) % 256
    if _is_pillow(backend, img):
        hsv = np.array(Image.fromarray(bgr2rgb(img)).convert('HSV'))
        hsv[..., 0] += np.uint8(shift)  # wraps, as hues do
        return bgr2rgb(np.array(Image.fromarray(hsv, 'HSV').convert('RGB')))
    hsv = cv2.cvtColor(img.astype(np.uint8), cv2.COLOR_BGR2HSV_FULL)
    hsv[..., 0] += np.uint8(shift)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR_FULL).astype(img.dtype)


def adjust_lighting(
    img: np.ndarray, eigval: np.ndarray, eigvec: np.ndarray, alphastd: float = 0.1, to_rgb: bool = True,
) -> np.ndarray:
    """Add random multiples of the principal components of pixel values (https://dl.acm.org/doi/10.1145/3065386).

    Args:
        img: (H, W, 3).
        eigval: (n,), variances of the components.
        eigvec: (3, n), the components in the order of the result.
        alphastd: the standard deviation of the multiples, drawn from ``numpy.random``.
        to_rgb: swap BGR to RGB first.

    Returns:
        (H, W, 3) float.

    Raises:
        ValueError: arrays that do not fit.
    """
    if np.ndim(eigval) != 1 or np.shape(eigvec) != (3, len(eigval)):
        raise ValueError(f'adjust_lighting: eigval (n,) and eigvec (3, n), not {np.shape(eigval)} {np.shape(eigvec)}')
    img = img.astype(np.float32)
    multiples = np.random.normal(0, alphastd, len(eigval))
    return (bgr2rgb(img) if to_rgb else img) + np.asarray(eigvec) @ (multiples * np.asarray(eigval))


def auto_contrast(img: np.ndarray, cutoff: float | tuple[float, float] = 0) -> np.ndarray:
    """Stretch each channel so that its darkest value becomes 0 and its lightest 255.

    Args:
        img: (H, W, 3) uint8.
        cutoff: percent of the darkest and lightest pixels to leave out of account, one number or (low, high).

    Raises:
        ValueError: another cutoff.
    """
    cutoff = (cutoff, cutoff) if isinstance(cutoff, (int, float)) else cutoff
    if not isinstance(cutoff, tuple) or len(cutoff) != 2:
        raise ValueError(f'auto_contrast: cutoff is a number or a pair of such, not {cutoff!r}')

    def table(counts: np.ndarray) -> np.ndarray:
        below = np.cumsum(counts)
        total = below[-1]
        least, most = total * cutoff[0] // 100, total - total * cutoff[1] // 100
        left = np.flatnonzero(np.diff(np.clip(below, least, most), prepend=least))
        if len(left) == 0 or left[0] >= left[-1]:
            return np.arange(256)
        scale = 255 / (left[-1] - left[0])
        return np.clip(np.arange(256) * scale - left[0] * scale, 0, 255)

    return _by_tables(img, table)


def imequalize(img: np.ndarray) -> np.ndarray:
    """Equalize the histogram of each channel of an image (H, W, 3) uint8."""
    def table(counts: np.ndarray) -> np.ndarray:
        step = (counts.sum() - counts[counts > 0][-1]) // 255
        if not step:
            return np.arange(256)
        return np.minimum(np.concatenate([[0], (np.cumsum(counts)[:-1] + step // 2) // step]), 255)

    return _by_tables(img, table)


def iminvert(img: np.ndarray) -> np.ndarray:
    """``255 - img``."""
    return np.full_like(img, 255) - img


def solarize(img: np.ndarray, thr: float = 128) -> np.ndarray:
    """Invert the values from ``thr`` on."""
    return np.where(img < thr, img, 255 - img)


def posterize(img: np.ndarray, bits: int) -> np.ndarray:
    """Keep the upper ``bits`` of 8, 1 to 8 of them."""
    return img >> (8 - bits) << (8 - bits)


def _is_pillow(backend: str | None, img: np.ndarray) -> bool:
    backend = backend or default_backend()
    if backend not in ('cv2', 'pillow'):
        raise ValueError(f"an image is enhanced by the backends 'cv2' and 'pillow', not by {backend!r}")
    if backend == 'pillow' and img.dtype != np.uint8:
        raise ValueError(f'the image backend pillow enhances uint8, not {img.dtype}: use backend="cv2"')
    return backend == 'pillow'


def _by_pillow(enhancer: Callable[[Image.Image], ImageEnhance._Enhance], img: np.ndarray, factor: float) -> np.ndarray:
    return bgr2rgb(np.array(enhancer(Image.fromarray(bgr2rgb(img))).enhance(factor)))


def _blended(img: np.ndarray, degenerated: np.ndarray, factor: float) -> np.ndarray:
    """``img * factor + degenerated * (1 - factor)``; cut off rather than rounded, as Pillow does."""
    blended = cv2.addWeighted(img.astype(np.float32), factor, degenerated.astype(np.float32), 1 - factor, 0)
    return _clipped(blended, img.dtype)


def _clipped(img: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return img.clip(0, 255).astype(dtype)


def _by_tables(img: np.ndarray, table: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Each channel through the table that its histogram gives."""
    channels = [img[..., channel] for channel in range(img.shape[2])]
    counts = (np.bincount(channel.astype(np.uint8).ravel(), minlength=256) for channel in channels)
    tables = (table(count).astype(img.dtype) for count in counts)
    return np.stack([lut_transform(channel, table) for channel, table in zip(channels, tables)], axis=-1)
