"""Boxes (..., 4) of x1, y1, x2, y2 in pixels, the last row and column included."""

import numpy as np


def bbox_clip(bboxes: np.ndarray, img_shape: tuple[int, ...]) -> np.ndarray:
    """Boxes cut off at the borders of an image of shape (H, W, ...)."""
    height, width = img_shape[:2]
    limits = np.tile(np.array([width - 1, height - 1], bboxes.dtype), bboxes.shape[-1] // 2)
    return np.clip(bboxes, 0, limits)


def bbox_scaling(bboxes: np.ndarray, scale: float, clip_shape: tuple[int, int] | None = None) -> np.ndarray:
    """Boxes grown about their middles, and cut off at the borders of an image of shape ``clip_shape`` (H, W)."""
    sizes = bboxes[..., 2:] - bboxes[..., :2] + 1
    grown = sizes * (scale - 1) * 0.5
    scaled = bboxes + np.concatenate([-grown, grown], axis=-1) if scale != 1 else bboxes.copy()
    return scaled if clip_shape is None else bbox_clip(scaled, clip_shape)
