"""Whether two images are one picture: laid over each other, shifted and scaled a little, their detail is the same."""

import cv2
import numpy as np

from mmcv.fileio import get_bytes
from mmseg.trees.image_facts import decode_checked

_SIDE = 96  # of the grey pictures that are compared
_BLUR, _FINE_BLUR = 6.0, 1.5  # in their pixels; what is coarser is the light and does not count
_CORE = 0.8  # share of the sides of one picture that is looked for in the other
_SCALES = np.linspace(0.8, 1.0, 11)
_MOST_SHIFT = 0.12  # of the side
_PROMISING = 0.3  # correlation at the best place, from which on it is worth to move by parts of a pixel
# Correlation of the detail, from which on two pictures are one. Of frames of one street that show the same things from
# elsewhere 0.74 was seen at most (on CamVid, 60x80 to 360x480); of crops, and of what was resized, brightened or
# encoded again, 0.79 and more, down to 0.7 of 60x80 that were halved on top of it; of other drawings of several shapes
# 0.84 at most, of a single shape on plain ground 0.98.
_OF_PHOTOGRAPHS, _OF_DRAWINGS, _OF_ONE_SHAPE = 0.75, 0.9, 0.985
_OF_ALIKE, _GRAIN_OF_ALIKE = 0.5, 0.15  # where hashes are nearly the same: noise that was halved has 0.55 and 0.22
_OF_GRAIN = 0.25  # of the finest detail, which other photographs do not share at all
_NEAR = 0.1  # how far the scale may be moved
_GRAIN, _PLAIN = 0.55, 0.1  # share of the pixels with fine detail in a photograph, and with any in a single shape


def is_one_picture(first: np.ndarray, second: np.ndarray, alike: bool) -> bool:
    """Whether two images show the same: encoded again, resized, cropped a little, brightened.

    Args:
        first, second: from :func:`read_small`.
        alike: whether their hashes are nearly the same, so that less is asked of detail, which resizing takes away.
    """
    details = [_detail(first), _detail(second)]
    if min(part.std() for part in details) < 1e-2:
        return False
    limit = min(map(_limit, (first, second), details))
    (score, warp), pictures = max(
        (_placed(details[0], details[1]), (first, second)), (_placed(details[1], details[0]), (second, first)),
        key=lambda found: found[0][0])
    if score < _PROMISING:
        return False
    coarse, fine = max(_correlations(*pictures, warp), _correlations(*pictures, _refined(*pictures, warp)))
    if limit > _OF_PHOTOGRAPHS:
        return coarse > limit
    least, grain = (_OF_ALIKE, _GRAIN_OF_ALIKE) if alike else (limit, _OF_GRAIN)
    return coarse > least and fine > grain


def _limit(picture: np.ndarray, detail: np.ndarray) -> float:
    """The correlation that tells: the less there is to compare, the higher."""
    fine = float((np.abs(picture - cv2.GaussianBlur(picture, (0, 0), 1.0)) > 1).mean())
    if fine > _GRAIN:
        return _OF_PHOTOGRAPHS
    return _OF_DRAWINGS if float((np.abs(detail) > 2).mean()) > _PLAIN else _OF_ONE_SHAPE


def _placed(whole: np.ndarray, part: np.ndarray) -> tuple[float, np.ndarray]:
    """The highest correlation of the middle of one picture in the other, and the warp (2, 3) from whole to part."""
    margin = round(_SIDE * (1 - _CORE) / 2)
    core = part[margin:_SIDE - margin, margin:_SIDE - margin]
    best = -1.0, np.eye(2, 3, dtype=np.float32)
    for scale in _SCALES:
        side = round(core.shape[0] * scale)
        template = cv2.resize(core, (side, side), interpolation=cv2.INTER_AREA)
        scores = cv2.matchTemplate(whole, template, cv2.TM_CCOEFF_NORMED)
        middle, reach = scores.shape[0] // 2, int(_MOST_SHIFT * _SIDE)
        low = max(0, middle - reach)
        _, score, _, (x, y) = cv2.minMaxLoc(scores[low:middle + reach + 1, low:middle + reach + 1])
        if score > best[0]:
            factor = core.shape[0] / side
            best = score, np.array([[factor, 0, margin - factor * (low + x)], [0, factor, margin - factor * (low + y)]],
                                   np.float32)
    return best


def _refined(first: np.ndarray, second: np.ndarray, warp: np.ndarray) -> np.ndarray:
    """The best affine motion near a first one, where there is one (Evangelidis, Psarakis, PAMI 2008)."""
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, refined = cv2.findTransformECC(first, second, warp.copy(), cv2.MOTION_AFFINE, criteria, None, 3)
    except cv2.error:  # as it says that there is nothing in common
        return warp
    return refined if np.abs(refined[:, :2] - warp[:, :2]).max() < _NEAR else warp


def _correlations(first: np.ndarray, second: np.ndarray, warp: np.ndarray) -> tuple[float, float]:
    """Of the detail, and of the finest detail, where one picture lies over the other; -1 where too little does."""
    size, flags = first.shape[::-1], cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    inside = cv2.warpAffine(np.ones_like(second), warp, size, flags=flags) > 0.99
    if inside.mean() < 0.5:
        return -1.0, -1.0
    pairs = [(_detail(first, blur)[inside], cv2.warpAffine(_detail(second, blur), warp, size, flags=flags)[inside])
             for blur in (_BLUR, _FINE_BLUR)]
    return tuple(float(np.corrcoef(*pair)[0, 1]) if min(part.std() for part in pair) > 1e-2 else -1.0
                 for pair in pairs)


def read_small(path: str) -> np.ndarray:
    """(96, 96) float32, grey, of an image file.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    grey, _ = decode_checked(get_bytes(path), 'grayscale')
    return cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)


def _detail(img: np.ndarray, blur: float = _BLUR) -> np.ndarray:
    """What is left without the coarse distribution of light."""
    return img - cv2.GaussianBlur(img, (0, 0), blur)
