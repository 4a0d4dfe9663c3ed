"""Convolutions with a third of the multiplications by Winograd's minimal filtering."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._load import has_kernel, is_watched, register
from .onednn_conv import is_channels_last
from .onednn_linear import has_avx512
from .reference import winograd_conv as reference
from .weight_gradient import products

# Below these the transforms cost more than the multiplications that they save: measured, see docs/benchmarks.md. The
# saving counts as torch would multiply, which leaves the padding out.
LEAST_CHANNELS, LEAST_PIXELS, LEAST_SAVING = 256, 1024, 1.4
# Without AVX-512 oneDNN's gradient of a weight is slow, for maps channels_last up to eight times: then down to these.
LEAST_CHANNELS_OF_WEIGHT, LEAST_CHANNELS_LAST_OF_WEIGHT, LEAST_PIXELS_OF_WEIGHT = 64, 32, 512
LEAST_CHANNELS_LAST = 64  # of maps that lie channels_last, which are not turned round, where no gradient is recorded


def _fake(
    x: Tensor, weight: Tensor, bias: Tensor | None, padding: list[int], dilation: list[int], transposed: bool,
    edge: int,
) -> Tensor:
    size = (side + 2 * p - 2 * d for side, p, d in zip(x.shape[2:], padding, dilation))
    out = x.new_empty((x.shape[0], *size, weight.shape[1 if transposed else 0])).permute(0, 3, 1, 2)
    return out if is_channels_last(x) else out.contiguous()


def _fake_weight(grad: Tensor, x: Tensor, padding: list[int], dilation: list[int]) -> Tensor:
    return x.new_empty((grad.shape[1], x.shape[1], 3, 3))


def _mirrored(padding: list[int], dilation: list[int]) -> list[int]:
    """The padding of the convolution that leads back to where one of ``padding`` came from."""
    return [2 * d - p for p, d in zip(padding, dilation)]


def _setup_context(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    x, weight, _, ctx.padding, ctx.dilation, ctx.transposed, _ = inputs
    ctx.save_for_backward(x, weight)


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
    x, weight = ctx.saved_tensors
    by_x = by_weight = by_bias = None
    back = _mirrored(ctx.padding, ctx.dilation)
    if ctx.needs_input_grad[0]:
        by_x = _conv(grad, weight, None, back, ctx.dilation, not ctx.transposed, 2)
    if ctx.needs_input_grad[1] and ctx.transposed:  # what maps to what is the other way round
        by_weight = _conv_weight(x, grad, back, ctx.dilation)
    elif ctx.needs_input_grad[1]:
        by_weight = _conv_weight(grad, x, ctx.padding, ctx.dilation)
    if ctx.needs_input_grad[2]:
        by_bias = grad.sum((0, 2, 3))
    return by_x, by_weight, by_bias, None, None, None, None


def _setup_weight_context(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    grad, x, ctx.padding, ctx.dilation = inputs
    ctx.save_for_backward(grad, x)


def _weight_gradients(ctx: FunctionCtx, by_weight: Tensor) -> tuple[Tensor | None, ...]:
    grad, x = ctx.saved_tensors
    by_grad = by_x = None
    if ctx.needs_input_grad[0]:
        by_grad = _conv(x, by_weight, None, ctx.padding, ctx.dilation, False, 2)
    if ctx.needs_input_grad[1]:
        by_x = _conv(grad, by_weight, None, _mirrored(ctx.padding, ctx.dilation), ctx.dilation, True, 2)
    return by_grad, by_x, None, None


_conv = register(
    'winograd_conv(Tensor x, Tensor weight, Tensor? bias, int[] padding, int[] dilation, bool transposed, int edge) '
    '-> Tensor',
    reference.winograd_conv, _fake, _gradients, _setup_context)
_conv_weight = register(
    'winograd_conv_weight(Tensor grad, Tensor x, int[] padding, int[] dilation) -> Tensor',
    reference.winograd_conv_weight, _fake_weight, _weight_gradients, _setup_weight_context)


def winograd_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, padding: Sequence[int], dilation: Sequence[int], edge: int,
) -> Tensor:
    """A 3x3 convolution of single steps by tiles, see :func:`mmcv.ops.conv2d`.

    Args:
        x: (N, C, H, W), float32 or float64.
        weight: (K, C, 3, 3).
        bias: (K,), or None.
        padding, dilation: in pairs (rows, columns).
        edge: the outputs of a tile along an axis: 2 (by 2 or 4), or 4 by 4.

    Returns:
        (N, K, H', W'), channels_last if x lies so in memory, else contiguous.
    """
    return _conv(x, weight, bias, list(padding), list(dilation), False, edge)


def winograd_conv_weight(grad: Tensor, x: Tensor, padding: Sequence[int], dilation: Sequence[int]) -> Tensor:
    """The gradient of the weight, (K, C, 3, 3), from that of the result, (N, K, H', W'), and x, (N, C, H, W)."""
    return _conv_weight(grad, x, list(padding), list(dilation))


def winograd_edge(
    x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int],
    groups: int, winograd: bool | int,
) -> int | None:
    """The edge, 2 or 4, of the tiles by which :func:`mmcv.ops.conv2d` convolves.

    0 where the kernel is wide enough for them, but dilated too far; None where it leaves all convolving to torch.
    """
    if not (winograd and _fits_tiles(x, weight, stride, padding, dilation, groups)
            and _is_large(x, weight, _least_channels(x), LEAST_PIXELS)):
        return None
    edge = 4 if winograd == 4 and _pixels(x) >= 4 * LEAST_PIXELS and not torch.is_grad_enabled() else 2
    return edge if _saves(x, padding, dilation, edge) else 0


def has_slow_gradient(
    x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int],
    groups: int,
) -> bool:
    """Whether Winograd's tiles are faster for the gradient of a weight alone."""
    return (not has_avx512() and _fits_tiles(x, weight, stride, padding, dilation, groups)
            and _is_large(x, weight, _least_channels_of_weight(x), LEAST_PIXELS_OF_WEIGHT)
            and _saves(x, padding, dilation, 2))


def _fits_tiles(
    x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int],
    groups: int,
) -> bool:
    """Whether there are kernels that convolve these by tiles, whether that pays or not."""
    return (
        stride == (1, 1)
        and groups == 1
        and not is_watched()  # before sizes and strides: those that a graph leaves open must not be compared
        and x.dim() == 4
        and weight.shape[2:] == (3, 3)
        and x.shape[1] == weight.shape[1]
        and x.dtype == weight.dtype == torch.float32
        and all(p <= 2 * d < side + 2 * p for p, d, side in zip(padding, dilation, x.shape[2:]))
        and has_kernel('winograd_conv', x)
        and has_kernel('winograd_conv', weight)
    )


def _is_large(x: Tensor, weight: Tensor, channels: int, pixels: int) -> bool:
    return min(weight.shape[:2]) >= channels and _pixels(x) >= pixels


def _least_channels(x: Tensor) -> int:
    return LEAST_CHANNELS_LAST if not torch.is_grad_enabled() and is_channels_last(x) else LEAST_CHANNELS


def _least_channels_of_weight(x: Tensor) -> int:
    return LEAST_CHANNELS_LAST_OF_WEIGHT if is_channels_last(x) else LEAST_CHANNELS_OF_WEIGHT


def _pixels(x: Tensor) -> int:
    return x.shape[0] * x.shape[2] * x.shape[3]


def _saves(x: Tensor, padding: tuple[int, int], dilation: tuple[int, int], edge: int) -> bool:
    """Whether a map's tiles take fewer products than its pixels; few tiles are whole where the dilation is wide."""
    if max(dilation) == 1:
        return True
    geometry = x.shape[2:], padding, dilation
    return products(*geometry) >= LEAST_SAVING * _tile_products(*geometry, edge)


def _tile_products(
    sides: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int], edge: int
) -> int:
    """The products that a map of such sides (height, width) takes by tiles of 2x2 or 2x4 outputs, or of 4x4."""
    def of_lines(axis: int, edge: int) -> int:
        d = dilation[axis]
        whole, rest = divmod(sides[axis] + 2 * padding[axis] - 2 * d, edge * d)
        return (edge + 2) * (whole * d + min(rest, d))

    return of_lines(0, edge) * min(of_lines(1, columns) for columns in {edge, 4})
