"""Non-maximum suppression, on top of torchvision's operator."""

import numpy as np
import torch
from torch import Tensor

from ._torchvision import torchvision_ops


def nms(boxes: Tensor | np.ndarray, scores: Tensor | np.ndarray, iou_threshold: float, offset: int = 0,
        score_threshold: float = 0, max_num: int = -1) -> tuple[Tensor, Tensor] | tuple[np.ndarray, np.ndarray]:
    """Keep the best of boxes that overlap.

    Args:
        boxes: (N, 4), each x1, y1, x2, y2.
        scores: (N,).
        iou_threshold: a box goes whose intersection over union with a better one is larger.
        offset: 0, or 1 where a box includes its last pixels: its width is x2 - x1 + offset.
        score_threshold: if positive, boxes with at most this score go too.
        max_num: if positive, at most so many are kept.

    Returns:
        The kept boxes with their scores (K, 5), best first, and their indices (K,); arrays if ``boxes`` is one.

    Raises:
        ValueError: the shapes or ``offset`` do not fit, or torchvision is missing.
    """
    if isinstance(boxes, np.ndarray):
        results = nms(torch.from_numpy(boxes), torch.as_tensor(scores), iou_threshold, offset, score_threshold, max_num)
        return tuple(result.numpy() for result in results)
    if boxes.dim() != 2 or boxes.size(1) != 4 or scores.shape != boxes.shape[:1]:
        raise ValueError(f'nms: boxes is {tuple(boxes.shape)} and scores {tuple(scores.shape)}; '
                         'they must be (N, 4) and (N,)')
    if offset not in (0, 1):
        raise ValueError(f'nms: offset is {offset}; it must be 0 or 1')
    candidates = torch.arange(len(boxes), device=boxes.device)
    if score_threshold > 0:
        candidates = candidates[scores > score_threshold]
    whole = torch.cat([boxes[:, :2], boxes[:, 2:] + offset], 1)  # up to where their last pixels end
    kept = torchvision_ops('nms').nms(whole[candidates], scores[candidates], float(iou_threshold))
    inds = candidates[kept[:max_num] if max_num > 0 else kept]
    return torch.cat([boxes[inds], scores[inds, None]], 1), inds
