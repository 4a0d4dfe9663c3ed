"""Convolutions of each channel by itself, and what is done to each channel afterwards, in one pass over the map."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._load import has_kernel, is_watched, register
from .onednn_conv import is_channels_last
from .onednn_linear import has_avx512
from .reference import depthwise_conv as reference

# Of fewer channels (3x3 kernels, larger ones) oneDNN's gradient of the weight is as fast.
LEAST_CHANNELS_OF_3X3, LEAST_CHANNELS = 64, 16
#: With more oneDNN convolves maps that lie channels_last 10 times as slowly.
PADDING_OF_ONEDNN = 6


def _fake(
    x: Tensor, weight: Tensor, bias: Tensor | None, slope: Tensor | None, stride: list[int], padding: list[int],
    dilation: list[int],
) -> Tensor:
    size = ((side + 2 * p - d * (k - 1) - 1) // s + 1
            for side, p, d, k, s in zip(x.shape[2:], padding, dilation, weight.shape[2:], stride))
    return x.new_empty((x.shape[0], *size, weight.shape[0])).permute(0, 3, 1, 2)


def _fake_weight(
    grad: Tensor, x: Tensor, kernel: list[int], stride: list[int], padding: list[int], dilation: list[int],
) -> Tensor:
    return x.new_empty((grad.shape[1], 1, *kernel))


def _setup_context(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    x, weight, bias, slope, *ctx.geometry = inputs
    ctx.save_for_backward(x, weight, bias, slope)


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
    x, weight, bias, slope = ctx.saved_tensors
    by_x = by_weight = by_slope = None
    if slope is not None:
        y = reference.before_slope(x, weight, bias, *ctx.geometry)
        by_slope = (grad * y.clamp(max=0)).sum((0, 2, 3))
        grad = torch.where(y < 0, grad * slope[:, None, None], grad)
    if ctx.needs_input_grad[0]:
        by_x = _map_gradient(grad, x, weight, *ctx.geometry)
    if ctx.needs_input_grad[1]:
        by_weight = _conv_weight(grad, x, list(weight.shape[2:]), *ctx.geometry)
    return by_x, by_weight, None if bias is None else grad.sum((0, 2, 3)), by_slope, None, None, None


def _map_gradient(
    grad: Tensor, x: Tensor, weight: Tensor, stride: list[int], padding: list[int], dilation: list[int],
) -> Tensor:
    """The gradient of x: of single steps, convolutions by the mirrored kernels."""
    branches = len(padding) // 2
    parts = []
    for i, (g, w) in enumerate(zip(grad.chunk(branches, 1), weight.chunk(branches))):
        pads, steps = padding[2 * i:2 * i + 2], dilation[2 * i:2 * i + 2]
        back = [step * (taps - 1) - pad for step, taps, pad in zip(steps, w.shape[2:], pads)]
        if max(stride) == 1 and min(back) >= 0:
            parts.append(_conv(g, w.flip(2, 3), None, None, stride, back, steps))
        else:
            parts.append(torch.ops.aten.convolution_backward(
                g, x, w, None, stride, pads, steps, False, [0, 0], x.shape[1], [True, False, False])[0])
    return sum(parts[1:], parts[0])


def _setup_weight_context(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    grad, x, _, *ctx.geometry = inputs
    ctx.save_for_backward(grad, x)


def _weight_gradients(ctx: FunctionCtx, by_weight: Tensor) -> tuple[Tensor | None, ...]:
    grad, x = ctx.saved_tensors
    by_grad = by_x = None
    if ctx.needs_input_grad[0]:
        by_grad = _conv(x, by_weight, None, None, *ctx.geometry)
    if ctx.needs_input_grad[1]:
        by_x = _map_gradient(grad, x, by_weight, *ctx.geometry)
    return by_grad, by_x, None, None, None, None


_conv = register(
    'depthwise_conv(Tensor x, Tensor weight, Tensor? bias, Tensor? slope, int[] stride, int[] padding, '
    'int[] dilation) -> Tensor',
    reference.depthwise_conv, _fake, _gradients, _setup_context)
_conv_weight = register(
    'depthwise_conv_weight(Tensor grad, Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation) -> Tensor',
    reference.depthwise_conv_weight, _fake_weight, _weight_gradients, _setup_weight_context)


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
    return _conv(x, weight, bias, slope, list(stride), list(padding), list(dilation))


def depthwise_conv_weight(
    grad: Tensor, x: Tensor, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    """The gradient of the weight of :func:`depthwise_conv`, which oneDNN may take up to a hundred times as long for.

    Args:
        grad: (N, B C, H', W'), of the convolutions, before any slope.
        x: (N, C, H, W), float32 or float64.
        kernel: (h, w).
        stride, padding, dilation: as of :func:`depthwise_conv`.

    Returns:
        (B C, 1, h, w). Its bits do not depend on the number of threads.
    """
    return _conv_weight(grad, x, list(kernel), list(stride), list(padding), list(dilation))


def suits_depthwise(
    x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int],
    groups: int,
) -> bool:
    """Whether :func:`depthwise_conv` is faster than oneDNN: of dilated kernels the latter's gradients are slow."""
    trains = torch.is_grad_enabled() and weight.requires_grad
    return (
        stride == (1, 1)
        and (max(padding) > PADDING_OF_ONEDNN or (trains and max(dilation) > 1))
        and _is_depthwise(x, weight, groups)
        and all(pad <= step * (taps - 1) < side + 2 * pad
                for pad, step, taps, side in zip(padding, dilation, weight.shape[2:], x.shape[2:]))
    )


def has_slow_depthwise_gradient(x: Tensor, weight: Tensor, groups: int) -> bool:
    """Whether :func:`depthwise_conv_weight` is faster than oneDNN, which does not use the vectors of AVX2 for it."""
    least = LEAST_CHANNELS if weight.shape[2:].numel() > 9 else LEAST_CHANNELS_OF_3X3
    return not has_avx512() and groups >= least and _is_depthwise(x, weight, groups)


def _is_depthwise(x: Tensor, weight: Tensor, groups: int) -> bool:
    return (
        groups > 1
        and not is_watched()  # before sizes and strides: those that a graph leaves open must not be compared
        and is_channels_last(x)
        and groups == x.shape[1] == weight.shape[0]
        and weight.shape[1] == 1
        and weight[0].numel() > 1
        and x.dtype == weight.dtype == torch.float32
        and has_kernel('depthwise_conv', x)
        and has_kernel('depthwise_conv', weight)
    )
