"""A convolution in which every image has kernels of its own."""

import torch
import torch.nn.functional as F

from mmcv.ops import is_exported


def convolve_each(x: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Convolve each image with its own kernels, to a map of the same size.

    It is a grouped convolution over a single image of N * C channels. The files of an exported model fix the number of
    groups, and so of images; where that is free, the rows of the kernels are products with shifted maps.

    Args:
        x: (N, C, H, W).
        kernels: (N, P, C, side, side), or (N, C, 1, side, side) for one per channel. Of an even ``side`` the larger
            half is above and on the left.

    Returns:
        (N, P, H, W), or (N, C, H, W).
    """
    (images, channels, height, width), side = x.shape, kernels.shape[-1]
    behind = (side - 1) // 2
    before = side - 1 - behind
    x = F.pad(x, (before, behind, before, behind))
    if not (is_exported() and isinstance(images, torch.SymInt)):
        out = F.conv2d(x.flatten(0, 1)[None], kernels.flatten(0, 1), groups=images * channels // kernels.shape[2])
        return out.view(images, -1, height, width)
    if kernels.shape[2] == 1:  # each channel is an image of its own
        x, kernels = x.flatten(0, 1)[:, None], kernels.flatten(0, 1)[:, None]
    shifts = torch.eye(side, dtype=x.dtype, device=x.device)[:, None, None]
    out = 0
    for row, kernel in enumerate(kernels.unbind(3)):
        seen = F.conv2d(x[:, :, row:row + height].flatten(0, 1)[:, None], shifts)  # (N C, side, H, W)
        out = out + kernel.flatten(2) @ seen.reshape(x.shape[0], -1, height * width)
    return out.reshape(images, -1, height, width)
