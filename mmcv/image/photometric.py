"""Operations on the values of pixels."""

from collections.abc import Sequence

import cv2
import numpy as np

from .colorspace import bgr2rgb


def imnormalize(
    img: np.ndarray, mean: Sequence[float], std: Sequence[float], to_rgb: bool = True
) -> np.ndarray:
    """``(img - mean) / std`` per channel, in float32, rounded as these two operations round.

    Args:
        img: (H, W) or (H, W, C) of any type and number of channels.
        mean, std: one value per channel, in the order *after* the swap; or one value for all.
        to_rgb: swap BGR to RGB first; needs three channels.

    Raises:
        ValueError: the number of channels does not fit.
    """
    mean, std = np.float32(mean).ravel(), np.float32(std).ravel()
    channels = 1 if img.ndim == 2 else img.shape[2]
    if mean.size not in (1, channels) or std.size != mean.size:
        raise ValueError(f'imnormalize: {mean.size} means and {std.size} stds for an image of {channels} channels')
    if to_rgb:
        if channels != 3:
            raise ValueError(f'imnormalize: an image of {channels} channels has no RGB order; set to_rgb=False')
        img = bgr2rgb(img)
    if img.dtype == np.uint8 and channels <= 4:
        return cv2.LUT(img, normalize_table(mean, std)[None]).reshape(img.shape)
    # Whole rows against repeated constants: numpy's inner loop over three channels would be six times slower.
    out = img.reshape(len(img), -1).astype(np.float32)
    repeats = out.shape[1] // mean.size
    out -= np.tile(mean, repeats)
    out /= np.tile(std, repeats)
    return out.reshape(img.shape)


def imnormalize_(
    img: np.ndarray, mean: Sequence[float], std: Sequence[float], to_rgb: bool = True
) -> np.ndarray:
    """:func:`imnormalize` of floating point numbers in their own place.

    Raises:
        ValueError: the image is of integers, or the number of channels does not fit.
    """
    if img.dtype.kind != 'f':
        raise ValueError(f'imnormalize_: an image of {img.dtype} has no place for fractions: use imnormalize')
    img[...] = imnormalize(img, mean, std, to_rgb)
    return img


def normalize_table(mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """What :func:`imnormalize` makes of the 256 values of a byte in each channel, (256, C) float32."""
    return (np.arange(256, dtype=np.float32)[:, None] - np.float32(mean)) / np.float32(std)


def imdenormalize(
    img: np.ndarray, mean: Sequence[float], std: Sequence[float], to_bgr: bool = True
) -> np.ndarray:
    """``img * std + mean`` per channel in float32, then RGB to BGR if ``to_bgr``: undoes :func:`imnormalize`."""
    img, mean, std = np.float32(img), np.float64(mean).ravel(), np.float64(std).ravel()
    if img.ndim == 3 and img.shape[2] == mean.size == std.size <= 4:  # rounded as 0.x rounds
        img = cv2.add(cv2.multiply(img, std[None]), mean[None]).reshape(img.shape)
    else:
        img = img * np.float32(std) + np.float32(mean)
    return cv2.cvtColor(img, cv2.COLOR_RGB2BGR) if to_bgr else img


def as_uint8(img: np.ndarray, who: str) -> np.ndarray:
    """The image with 8-bit values: itself if it is uint8; floats are clipped to [0, 255] and cut off.

    Raises:
        ValueError: an image of another integer type, whose range would be lost; ``who`` opens the message.
    """
    if img.dtype == np.uint8:
        return img
    if img.dtype.kind != 'f':
        raise ValueError(f'{who}: works on 8-bit values, but the image is {img.dtype}; load it as 8 bit')
    return img.clip(0, 255).astype(np.uint8)


def lut_transform(img: np.ndarray, lut_table: np.ndarray) -> np.ndarray:
    """Replace each value ``v`` of 0 to 255 in an image by ``lut_table[v]``; the table is an array of 256 entries.

    The image has any shape and type; fractions are cut off.

    Raises:
        ValueError: another table, or values that it has no entry for.
    """
    if not isinstance(lut_table, np.ndarray) or lut_table.shape != (256,):
        raise ValueError(f'lut_transform: the table must be an array (256,), not {np.shape(lut_table)}')
    if img.dtype != np.uint8:
        if not ((img >= 0) & (img <= 255)).all():
            raise ValueError(f'lut_transform: the values are {img.min()} to {img.max()}, but the table has 0 to 255')
        img = img.astype(np.uint8)
    return cv2.LUT(img.reshape(len(img), -1), lut_table).reshape(img.shape)


def clahe(img: np.ndarray, clip_limit: float = 40.0, tile_grid_size: tuple[int, int] = (8, 8)) -> np.ndarray:
    """Contrast limited adaptive histogram equalisation of one channel, (H, W) uint8.

    Raises:
        ValueError: another image.

    See `OpenCV's tutorial <https://docs.opencv.org/master/d5/daf/tutorial_py_histogram_equalization.html>`_.
    """
    if img.ndim != 2 or img.dtype != np.uint8:
        raise ValueError(f'clahe: needs (H, W) uint8, got shape {img.shape} and type {img.dtype}')
    return cv2.createCLAHE(clip_limit, tuple(tile_grid_size)).apply(img)
