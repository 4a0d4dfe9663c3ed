"""Between tensors and images."""

from collections.abc import Sequence

import numpy as np
import torch

from .photometric import imdenormalize


def tensor2imgs(
    tensor: torch.Tensor,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    to_rgb: bool = True,
) -> list[np.ndarray]:
    """Turn a normalised batch back into N images (H, W, C) uint8.

    Args:
        tensor: (N, C, H, W), C 1 or 3.
        mean, std: what the batch was normalised with, one value per channel or one for all; 0 and 1 by default.
        to_rgb: whether the normalisation swapped BGR to RGB, so that the images come back as BGR.

    Raises:
        ValueError: another shape, or a number of values that does not fit.
    """
    if tensor.ndim != 4 or tensor.shape[1] not in (1, 3):
        raise ValueError(f'tensor2imgs: needs (N, 3, H, W) or (N, 1, H, W), got {tuple(tensor.shape)}')
    channels = tensor.shape[1]
    mean = np.float32((0,) * channels if mean is None else mean)
    std = np.float32((1,) * channels if std is None else std)
    if not {mean.size, std.size} <= {1, channels}:
        raise ValueError(f'tensor2imgs: {mean.size} means and {std.size} stds for images of {channels} channels')
    images = tensor.detach().float().cpu().permute(0, 2, 3, 1).contiguous().numpy()
    images = (imdenormalize(image, mean, std, to_bgr=to_rgb and channels == 3) for image in images)
    return [image.clip(0, 255).astype(np.uint8) for image in images]  # cut off, as 0.x does
