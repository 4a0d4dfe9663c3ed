"""Sums of bilinear samples in plain PyTorch: what multi-scale deformable attention and DCNv3 have in common."""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Maps(NamedTuple):
    """Which pixels (N, S, M, D) of each sample are the maps of the points; each one number, or one per point (P,).

    Attributes:
        first: the map's first pixel.
        height, width: its size.
    """

    first: int | Tensor
    height: int | Tensor
    width: int | Tensor


def add_up(value: Tensor, maps: Maps, y: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    """Add up samples at places (N, Q, M, P), in pixels from the centre of a map's first, with weights.

    Args:
        value: (N, S, M, D).
        maps: those of the points.
        y, x: the places. What is not within (-1, height) x (-1, width) has no share, and no gradient either.
        weight: (N, Q, M, P).

    Returns:
        (N, Q, M, D), in the type of value.
    """
    samples, pixels, heads, channels = value.shape
    kept = (y > -1) & (x > -1) & (y < maps.height) & (x < maps.width)
    y, x = y.where(kept, 0), x.where(kept, 0)
    top, left = y.detach().floor(), x.detach().floor()
    sample = torch.arange(samples, device=y.device).view(-1, 1, 1, 1)
    head = torch.arange(heads, device=y.device).view(-1, 1)
    rows, shares = [], []
    for row, share_y in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, share_x in ((left, 1 - (x - left)), (left + 1, x - left)):
            inside = kept & (row >= 0) & (column >= 0) & (row < maps.height) & (column < maps.width)
            pixel = (maps.first + row.long() * maps.width + column.long()).where(inside, 0)
            rows.append((sample * pixels + pixel) * heads + head)
            shares.append((share_y * share_x).where(inside, 0) * weight)
    index, share = (torch.cat(parts, -1).flatten(0, 2) for parts in (rows, shares))
    out = F.embedding_bag(index, value.flatten(0, 2).to(weight.dtype), mode='sum', per_sample_weights=share)
    return out.view(*y.shape[:3], channels).to(value.dtype)


def gradients(forward: Callable[..., Tensor], grad: Tensor, *inputs: Tensor) -> tuple[Tensor, ...]:
    """The gradients of ``sum(grad * forward(*inputs))`` by the inputs, in the type of the last, the weights."""
    with torch.enable_grad():
        leaves = [tensor.detach().to(inputs[-1].dtype).requires_grad_() for tensor in inputs]
        out = forward(*leaves)
    return torch.autograd.grad(out, leaves, grad.to(out.dtype))
