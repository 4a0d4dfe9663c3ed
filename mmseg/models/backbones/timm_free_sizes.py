"""What timm computes of sizes in floats, anew in whole numbers: an export would take it for one size, or for ever."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

import torch
from torch import nn


@runtime_checkable
class CentredRope(Protocol):
    """A module that rotates by where the cells' centres lie between the edges of the map, -1 to 1.

    Attributes:
        periods: of the angles, (channels of a head / 4,).
        rotate_half: whether the two numbers that turn together are half the channels apart, and not side by side.
        normalize_coords: 'separate' where each axis has its own -1 to 1.
        grid_offset: added to the centres, in cells.
        grid_indexing: 'ij' where rows come first.
    """

    periods: torch.Tensor
    rotate_half: bool
    normalize_coords: str
    grid_offset: float
    grid_indexing: str

    def get_embed(self, shape: Sequence[int] | None = None, dtype: torch.dtype | None = None) -> torch.Tensor: ...


@contextlib.contextmanager
def free_sizes(network: nn.Module) -> Iterator[None]:
    """While a network is exported: DINOv3's positions (https://arxiv.org/abs/2508.10104), and TensorFlow's padding."""
    from timm.layers import padding

    ropes = [module for module in network.modules() if isinstance(module, CentredRope)
             and module.normalize_coords == 'separate' and module.grid_indexing == 'ij']
    for rope in ropes:
        rope.get_embed = partial(embedding, rope)
    theirs, padding.get_same_padding = padding.get_same_padding, same_padding
    try:
        yield
    finally:
        padding.get_same_padding = theirs
        for rope in ropes:
            del rope.get_embed


def same_padding(x: int, kernel_size: int, stride: int, dilation: int) -> int:
    """How many cells a map of ``x`` cells lacks for an output of x / stride cells, rounded up."""
    lacking = ((x + stride - 1) // stride - 1) * stride + (kernel_size - 1) * dilation + 1 - x
    return lacking if (kernel_size - 1) * dilation + 1 >= stride else torch.sym_max(lacking, 0)


def embedding(rope: CentredRope, shape: Sequence[int], dtype: torch.dtype | None = None) -> torch.Tensor:
    """What its ``get_embed`` gives outside of training: sines and cosines (H * W, 2 * channels of a head)."""
    axes = [2 * (torch.arange(side, device=rope.periods.device) + 0.5 + rope.grid_offset) / side - 1 for side in shape]
    centres = torch.stack(torch.meshgrid(*axes, indexing='ij'), dim=-1).flatten(0, 1)  # (H * W, 2)
    angles = (2 * math.pi * centres[:, :, None] / rope.periods).flatten(1)
    angles = angles.tile(2) if rope.rotate_half else angles.repeat_interleave(2, dim=-1)
    return torch.cat([angles.sin(), angles.cos()], dim=-1).to(dtype)
