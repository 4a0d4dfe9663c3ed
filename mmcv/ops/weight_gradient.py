"""Convolutions by torch, but for the gradient of their weight, for which oneDNN may take many times too long."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx

_TAPS = 3  # of a kernel, along each axis


def products(sides: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int]) -> int:
    """How often a tap of a 3x3 kernel meets a pixel of a map of such sides (height, width), the padding left out."""
    rows, columns = (sum(outputs.stop - outputs.start for _, outputs, _ in _meetings(*axis))
                     for axis in zip(sides, padding, dilation))
    return rows * columns


def _meetings(side: int, padding: int, dilation: int) -> Iterator[tuple[int, slice, slice]]:
    """Along one axis: a tap, the outputs that it has a part in, and the inputs that it meets for them."""
    outputs = side + 2 * padding - (_TAPS - 1) * dilation
    for tap in range(_TAPS):
        shift = tap * dilation - padding
        first, end = max(0, -shift), min(outputs, side - shift)
        if first < end:
            yield tap, slice(first, end), slice(first + shift, end + shift)


class ConvOfOwnGradient(torch.autograd.Function):
    """A convolution with a way of its own to the gradient of its weight."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, x: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, int],
        padding: tuple[int, int], dilation: tuple[int, int], groups: int, way: Callable[[Tensor, Tensor], Tensor],
    ) -> Tensor:
        """``F.conv2d``; ``way`` takes the gradient of the result and x, and returns that of the weight."""
        ctx.save_for_backward(x, weight)
        ctx.geometry, ctx.groups, ctx.way = (stride, padding, dilation), groups, way
        return F.conv2d(x, weight, bias, stride, padding, dilation, groups)

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of x, weight and bias, which can be differentiated again."""
        x, weight = ctx.saved_tensors
        by_x, by_weight, by_bias = ctx.needs_input_grad[:3]
        is_own = by_weight and not torch.is_grad_enabled()  # else torch's, which knows its derivative
        gradients = torch.ops.aten.convolution_backward(
            grad, x, weight, None, *map(list, ctx.geometry), False, [0, 0], ctx.groups,
            [by_x, by_weight and not is_own, False])
        return (gradients[0], ctx.way(grad, x) if is_own else gradients[1], grad.sum((0, 2, 3)) if by_bias else None,
                *[None] * 5)


def by_taps(grad: Tensor, x: Tensor, padding: tuple[int, int], dilation: tuple[int, int]) -> Tensor:
    """The gradient of a 3x3 kernel by one matrix product per tap, over the pixels that it meets and no padding.

    oneDNN leaves the padding out forwards and towards the input, but not here: with a dilation of 24 on maps of
    32 x 32, three quarters of what it multiplies are zeros.

    Args:
        grad: of the output, (N, K, H', W').
        x: (N, C, H, W).
        padding, dilation: in pairs (rows, columns).

    Returns:
        (K, C, 3, 3).
    """
    kernels, channels = grad.shape[1], x.shape[1]
    weight = x.new_zeros(kernels, _TAPS, _TAPS, channels)
    grad, pixels = grad.permute(0, 2, 3, 1), x.permute(0, 2, 3, 1)
    for row, outputs, inputs in _meetings(x.shape[2], padding[0], dilation[0]):
        for column, across, met in _meetings(x.shape[3], padding[1], dilation[1]):
            torch.mm(grad[:, outputs, across].reshape(-1, kernels).t(), pixels[:, inputs, met].reshape(-1, channels),
                     out=weight[:, row, column])
    return weight.permute(0, 3, 1, 2)
