"""CARAFE in plain PyTorch."""

import torch.nn.functional as F
from torch import Tensor


def carafe(features: Tensor, masks: Tensor, kernel_size: int, group_size: int, scale_factor: int) -> Tensor:
    """See :func:`mmcv.ops.carafe`."""
    patches = _patches(features, kernel_size, group_size)
    weights = _by_pixel(masks, group_size, scale_factor)
    out = (patches[..., None] * weights).sum(3)  # (N, g, C / g, H, W, s * s)
    return _from_pixels(out.flatten(1, 2), scale_factor)


def carafe_backward(
    grad: Tensor, features: Tensor, masks: Tensor, kernel_size: int, group_size: int, scale_factor: int
) -> tuple[Tensor, Tensor]:
    """The gradients of features and masks."""
    slope = _by_pixel(grad, group_size, scale_factor)  # (N, g, 1, C / g, H, W, s * s)
    patches = _patches(features, kernel_size, group_size).transpose(2, 3)
    by_masks = (patches[..., None] * slope).sum(3)  # (N, g, taps, H, W, s * s)
    by_patches = (_by_pixel(masks, group_size, scale_factor).transpose(2, 3) * slope).sum(-1)
    columns = by_patches.transpose(2, 3).flatten(4).flatten(1, 3)  # (N, C * taps, H * W)
    by_features = F.fold(columns, features.shape[2:], kernel_size, padding=kernel_size // 2)
    return by_features, _from_pixels(by_masks.flatten(1, 2), scale_factor)


def _patches(features: Tensor, kernel_size: int, group_size: int) -> Tensor:
    """(N, C, H, W) to (N, g, C / g, taps, H, W): of each pixel those around it."""
    columns = F.unfold(features, kernel_size, padding=kernel_size // 2)
    return columns.view(features.shape[0], group_size, features.size(1) // group_size, kernel_size**2,
                        *features.shape[2:])


def _by_pixel(maps: Tensor, group_size: int, scale: int) -> Tensor:
    """(N, K, s * H, s * W) to (N, g, 1, K / g, H, W, s * s)."""
    split = maps.unflatten(3, (maps.size(3) // scale, scale)).unflatten(2, (maps.size(2) // scale, scale))
    return split.transpose(3, 4).flatten(4).unflatten(1, (group_size, 1, maps.size(1) // group_size))


def _from_pixels(maps: Tensor, scale: int) -> Tensor:
    """(N, K, H, W, s * s) to (N, K, s * H, s * W)."""
    return maps.unflatten(4, (scale, scale)).transpose(3, 4).flatten(4).flatten(2, 3)
