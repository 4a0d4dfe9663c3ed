"""Deformable convolution in plain PyTorch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def deform_conv2d(
    input: Tensor, offset: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, int],
    padding: tuple[int, int], dilation: tuple[int, int], mask: Tensor | None,
) -> Tensor:
    """As ``torchvision.ops.deform_conv2d``: taps are samples of a map, of which a matrix product makes the output."""
    (height, width), (rows, columns), kernel = input.shape[2:], offset.shape[2:], weight.shape[2:]
    taps = kernel[0] * kernel[1]
    deform_groups, groups = offset.shape[1] // (2 * taps), input.shape[1] // weight.shape[1]
    moved = offset.reshape(-1, taps, 2, rows, columns)  # (N * deform_groups, taps, y and x, H', W')
    tap = torch.arange(taps, device=input.device).view(-1, 1, 1)
    y = torch.arange(rows, device=input.device).view(-1, 1) * stride[0] + tap // kernel[1] * dilation[0] - padding[0]
    x = torch.arange(columns, device=input.device) * stride[1] + tap % kernel[1] * dilation[1] - padding[1]
    places = torch.stack([(2 * (x + moved[:, :, 1]) + 1) / width - 1, (2 * (y + moved[:, :, 0]) + 1) / height - 1], -1)
    maps = input.reshape(-1, input.shape[1] // deform_groups, height, width)
    sampled = F.grid_sample(maps, places.flatten(1, 2), align_corners=False)  # (..., channels, taps * H', W')
    sampled = sampled.unflatten(2, (taps, rows))
    if mask is not None:
        sampled = sampled * mask.reshape(-1, 1, taps, rows, columns)
    sampled = sampled.reshape(-1, groups, weight.shape[1] * taps, rows * columns)
    out = (weight.reshape(groups, -1, weight.shape[1] * taps) @ sampled).reshape(-1, len(weight), rows, columns)
    return out if bias is None else out + bias.view(-1, 1, 1)
