"""Bicubic resizing with antialiasing as two matrix products, as OpenVINO resizes otherwise."""

from collections.abc import Sequence

import torch

_A = -0.5  # of the kernel (Keys 1981) that antialiasing comes with


def upsample_bicubic2d_aa(
    x: torch.Tensor, size: Sequence[int] | None, align_corners: bool, scale_factors: Sequence[float] | None = None,
) -> torch.Tensor:
    """What ``interpolate(x, size, mode='bicubic', antialias=True)`` gives, of (N, C, H, W); else NotImplemented."""
    if align_corners or scale_factors is not None:
        return NotImplemented
    down, across = (_weights(old, new, x) for old, new in zip(x.shape[2:], size))
    return down @ (x @ across.transpose(0, 1))


def _weights(old: int, new: int, like: torch.Tensor) -> torch.Tensor:
    """(new, old): the share of each old place of a line in each new one."""
    ratio = torch.ones(1, dtype=torch.float32, device=like.device) * old / new
    centre = (torch.arange(new, device=like.device)[:, None] + 0.5) * ratio
    place = torch.arange(old, device=like.device) + 0.5
    share = _cubic((place - centre).abs() / ratio.clamp(min=1))
    return (share / share.sum(1, keepdim=True)).to(like.dtype)


def _cubic(x: torch.Tensor) -> torch.Tensor:
    near = ((_A + 2) * x - (_A + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * _A - 4 * _A
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0))
