"""Resizing of feature maps."""

import warnings
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.ops import holds, is_exported


def resize(
    input: torch.Tensor,
    size: tuple[int, int] | None = None,
    scale_factor: float | tuple[float, float] | None = None,
    mode: str = 'nearest',
    align_corners: bool | None = None,
    warning: bool = True,
) -> torch.Tensor:
    """``torch.nn.functional.interpolate`` that warns where ``align_corners`` cannot align.

    With align_corners the cells of a map enlarged from x + 1 to n x + 1 keep their places; other sizes shift them.

    Args:
        input: (N, C, H, W).
        size, scale_factor: (H, W) of the result, or its ratio to that of the input.
        mode, align_corners: as for ``interpolate``.
        warning: whether to warn.
    """
    warning = warning and not is_exported()  # sizes may be anything then
    if warning and align_corners and size is not None and not _aligned(input.shape[2:], size):
        small, large = (tuple(int(n) for n in shape) for shape in (input.shape[2:], size))
        warnings.warn(
            f'When align_corners={align_corners}, the output would more aligned if input size {small} is `x+1` and '
            f'out size {large} is `nx+1`',
            stacklevel=2,
        )
    return F.interpolate(input, size, scale_factor, mode, align_corners)


def _aligned(small: Sequence[int], large: Sequence[int]) -> bool:
    enlarged = any(a < b for a, b in zip(small, large))
    odd = all(a > 1 and b > 1 and (b - 1) % (a - 1) for a, b in zip(small, large))
    return not (enlarged and odd)


def has_size(x: torch.Tensor, size: Sequence[int]) -> bool:
    """Whether maps (..., H, W) are of that size (H, W); while a model is exported, whatever sizes the file gets."""
    return all(holds(given == wanted) for given, wanted in zip(x.shape[-2:], size))


class Upsample(nn.Module):
    """:func:`resize` as a module, to ``size`` or by ``scale_factor`` (sizes are rounded down)."""

    def __init__(
        self,
        size: tuple[int, int] | None = None,
        scale_factor: float | tuple[float, float] | None = None,
        mode: str = 'nearest',
        align_corners: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        pair = isinstance(scale_factor, (tuple, list))
        self.scale_factor = tuple(scale_factor) if pair else scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = self.size
        if not size:
            factors = self.scale_factor if isinstance(self.scale_factor, tuple) else [self.scale_factor] * 2
            size = [torch.sym_int(n * factor) for n, factor in zip(x.shape[2:], factors)]
        return resize(x, size, None, self.mode, self.align_corners)
