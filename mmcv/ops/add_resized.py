"""A map plus coarser ones that are resized on the way, as pyramids add their levels."""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._load import has_kernel, is_transformed, register
from .onednn_conv import is_channels_last, is_free
from .reference import add_resized as reference


def _fake(x: Tensor, maps: list[Tensor], align_corners: bool) -> Tensor:
    images, channels, height, width = x.shape
    return x.new_empty((images, height, width, channels)).permute(0, 3, 1, 2)


def _setup_context(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    _, maps, ctx.align_corners = inputs
    ctx.sizes = [map.shape[2:] for map in maps]


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, list[Tensor], None]:
    def weights(size: int, resized: int) -> Tensor:
        cells = torch.eye(size, dtype=grad.dtype, device=grad.device)[None]
        return F.interpolate(cells, resized, mode='linear', align_corners=ctx.align_corners)[0]  # (size, resized)

    height, width = grad.shape[2:]
    return grad, [weights(h, height) @ grad @ weights(w, width).T for h, w in ctx.sizes], None


_add_resized = register(
    'add_resized(Tensor x, Tensor[] maps, bool align_corners) -> Tensor', reference.add_resized, _fake, _gradients,
    _setup_context)


def add_resized(x: Tensor, maps: Iterable[Tensor], align_corners: bool = False, own: bool = False) -> Tensor:
    """``x`` plus ``F.interpolate(map, x.shape[2:], mode='bilinear', align_corners=align_corners)`` of each map.

    Equal up to rounding. On a CPU, where ``x`` lies channels_last and no gradient is recorded, in one pass: the resized
    maps never exist.

    Args:
        x: (N, C, H, W).
        maps: (N, C, h, w) of any sizes.
        align_corners: as of F.interpolate.
        own: whether ``x`` may be changed.

    Returns:
        (N, C, H, W), laid like ``x``.
    """
    if is_free(x) and is_channels_last(x) and has_kernel('add_resized', x):
        maps = list(maps)
        if maps and all(map.dtype == x.dtype for map in maps):
            return _add_resized(x, maps, bool(align_corners))
    for map in maps:
        resized = F.interpolate(map, x.shape[2:], mode='bilinear', align_corners=align_corners)
        x = x.add_(resized) if own and not is_transformed() else x + resized
    return x
