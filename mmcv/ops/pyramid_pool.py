"""Adaptive average pools of several sizes in one read of the map."""

from collections.abc import Iterable, Sequence
from numbers import Integral

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._load import register
from .reference import pyramid_pool as reference

MAX_LEVELS, MAX_SUM = 16, 120  # as in csrc/pyramid_pool.h


def _is_channels_last(x: Tensor) -> bool:
    return x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()


def _fake(x: Tensor, sizes: list[int]) -> Tensor:
    return x.new_empty((*x.shape[:2], sum(size * size for size in sizes)))


def _fake_backward(grad: Tensor, sizes: list[int], height: int, width: int, channels_last: bool) -> Tensor:
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return torch.empty((*grad.shape[:2], height, width), dtype=grad.dtype, device=grad.device, memory_format=layout)


_backward = register(
    'pyramid_pool_backward(Tensor grad, int[] sizes, SymInt height, SymInt width, bool channels_last) -> Tensor',
    reference.pyramid_pool_backward,
    _fake_backward,
)


def _setup_context(ctx: FunctionCtx, inputs: tuple[Tensor, list[int]], output: Tensor) -> None:
    x, ctx.sizes = inputs
    ctx.height, ctx.width = x.shape[2:]
    ctx.channels_last = _is_channels_last(x)


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None]:
    return _backward(grad, ctx.sizes, ctx.height, ctx.width, ctx.channels_last), None


_pyramid_pool = register(
    'pyramid_pool(Tensor x, int[] sizes) -> Tensor', reference.pyramid_pool, _fake, _gradients, _setup_context)


def pyramid_pool(x: Tensor, sizes: Sequence[int]) -> list[Tensor]:
    r"""``[F.adaptive_avg_pool2d(x, s) for s in sizes]``, the pools of PSPNet's pyramid, with one read of x.

    Bin i of s over H pixels averages the pixels from floor(i H / s) to ceil((i + 1) H / s) - 1, and likewise over W.
    The bins' borders cut the map into cells; the pixels of each cell are added up once, and each bin is a sum of cells.
    The result is the same at each call and for any number of threads. Pyramid Scene Parsing Network, Zhao et al. 2017,
    https://arxiv.org/abs/1612.01105.

    Args:
        x: (N, C, H, W), contiguous or channels_last, float16, bfloat16 (both summed in float32), float32 or float64.
        sizes: bins per axis of each pool; more than 16, or than 120 in all, are pooled one by one.

    Returns:
        For each size s its pool, (N, C, s, s), in the type of x.

    Raises:
        ValueError: x is not (N, C, H, W) of a floating-point type with C, H, W >= 1, or a size is not positive.
    """
    if x.dim() != 4 or not x.is_floating_point() or 0 in x.shape[1:]:
        raise ValueError(f'pyramid_pool: x is {x.dtype} {tuple(x.shape)}; it must be floating-point (N, C, H, W) with '
                         'at least one channel and one pixel')
    whole = isinstance(sizes, Iterable) and all(isinstance(size, Integral) and size > 0 for size in sizes)
    if not whole or len(sizes) == 0:
        raise ValueError(f'pyramid_pool: the sizes are {sizes}; they must be positive integers, one at least')
    sizes = list(sizes)
    if len(sizes) > MAX_LEVELS or sum(sizes) > MAX_SUM:
        return [F.adaptive_avg_pool2d(x, size) for size in sizes]
    pooled = _pyramid_pool(x, sizes).split([size * size for size in sizes], 2)
    return [bins.unflatten(2, (size, size)) for bins, size in zip(pooled, sizes)]
