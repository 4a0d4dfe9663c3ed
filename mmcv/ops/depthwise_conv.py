"""Convolutions of each channel by itself, and what is done to each channel afterwards, in one pass over the map."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._load import register
from .reference import depthwise_conv as reference


def _fake(
    x: Tensor, weight: Tensor, bias: Tensor | None, slope: Tensor | None, stride: list[int], padding: list[int],
    dilation: list[int],
) -> Tensor:
    size = ((side + 2 * p - d * (k - 1) - 1) // s + 1
            for side, p, d, k, s in zip(x.shape[2:], padding, dilation, weight.shape[2:], stride))
    return x.new_empty((x.shape[0], *size, weight.shape[0])).permute(0, 3, 1, 2)


def _setup_context(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    x, weight, bias, slope, ctx.stride, ctx.padding, ctx.dilation = inputs
    ctx.save_for_backward(x, weight, bias, slope)


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
    x, weight, bias, slope = ctx.saved_tensors
    by_slope = None
    if slope is not None:
        y = reference.before_slope(x, weight, bias, ctx.stride, ctx.padding, ctx.dilation)
        by_slope = (grad * y.clamp(max=0)).sum((0, 2, 3))
        grad = torch.where(y < 0, grad * slope[:, None, None], grad)
    branches = len(ctx.padding) // 2
    by_x, by_weight = zip(*(
        torch.ops.aten.convolution_backward(
            g, x, w, None, ctx.stride, ctx.padding[2 * i:2 * i + 2], ctx.dilation[2 * i:2 * i + 2], False, [0, 0],
            x.shape[1], [True, True, False])[:2]
        for i, (g, w) in enumerate(zip(grad.chunk(branches, 1), weight.chunk(branches)))))
    return (sum(by_x[1:], by_x[0]), torch.cat(by_weight), None if bias is None else grad.sum((0, 2, 3)), by_slope,
            None, None, None)


_depthwise_conv = register(
    'depthwise_conv(Tensor x, Tensor weight, Tensor? bias, Tensor? slope, int[] stride, int[] padding, '
    'int[] dilation) -> Tensor',
    reference.depthwise_conv, _fake, _gradients, _setup_context)


def depthwise_conv(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    slope: Tensor | None = None,
    stride: Sequence[int] = (1, 1),
    padding: Sequence[int] = (0, 0),
    dilation: Sequence[int] = (1, 1),
) -> Tensor:
    r"""Each channel by itself convolved, shifted, and below 0 scaled; by several kernels side by side, if there are.

    It reads and writes a map once. With a kernel of 1x1 it is a norm of known statistics and its PReLU.

    Args:
        x: (N, C, H, W), float32 or float64.
        weight: (B C, 1, h, w), the kernels of B branches one after the other.
        bias: (B C,), or None.
        slope: (B C,), what values below 0 are multiplied by: 0 makes a ReLU, None leaves them.
        stride: in a pair (rows, columns).
        padding, dilation: in pairs, one per branch, one after the other; all branches give maps of one size.

    Returns:
        (N, B C, H', W'), channels_last, the channels of one branch after those of another.
    """
    return _depthwise_conv(x, weight, bias, slope, list(stride), list(padding), list(dilation))
