"""Depthwise convolutions side by side in plain PyTorch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def depthwise_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, slope: Tensor | None, stride: list[int], padding: list[int],
    dilation: list[int],
) -> Tensor:
    """See :func:`mmcv.ops.depthwise_conv`."""
    y = before_slope(x, weight, bias, stride, padding, dilation)
    y = y if slope is None else torch.where(y < 0, y * slope[:, None, None], y)
    return y.contiguous(memory_format=torch.channels_last)


def before_slope(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: list[int], padding: list[int], dilation: list[int],
) -> Tensor:
    """The convolutions alone."""
    branches, channels = len(padding) // 2, x.shape[1]
    biases = [None] * branches if bias is None else bias.chunk(branches)
    return torch.cat([
        F.conv2d(x, w, b, stride, padding[2 * i:2 * i + 2], dilation[2 * i:2 * i + 2], channels)
        for i, (w, b) in enumerate(zip(weight.chunk(branches), biases))], dim=1)


def depthwise_conv_weight(
    grad: Tensor, x: Tensor, kernel: list[int], stride: list[int], padding: list[int], dilation: list[int],
) -> Tensor:
    """The gradient of the weight, (B C, 1, h, w), from that of the convolutions (B branches) of x without slope."""
    branches, channels = len(padding) // 2, x.shape[1]
    weight = x.new_empty((channels, 1, *kernel))
    return torch.cat([
        torch.ops.aten.convolution_backward(
            g, x, weight, None, stride, padding[2 * i:2 * i + 2], dilation[2 * i:2 * i + 2], False, [0, 0], channels,
            [False, True, False])[1]
        for i, g in enumerate(grad.chunk(branches, 1))])
