"""Adaptive average pools of several sizes in plain PyTorch."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .adaptive_pool import adaptive_avg_pool2d


def pyramid_pool(x: Tensor, sizes: list[int]) -> Tensor:
    """See :func:`mmcv.ops.pyramid_pool`; the pools (N, C, s, s) flattened and joined: (N, C, sum of s^2)."""
    free = torch.compiler.is_exporting() and any(isinstance(side, torch.SymInt) for side in x.shape[2:])
    pool = adaptive_avg_pool2d if free else F.adaptive_avg_pool2d  # which exporters translate for one size alone
    return torch.cat([pool(x, size).flatten(2) for size in sizes], 2)


def pyramid_pool_backward(grad: Tensor, sizes: list[int], height: int, width: int, channels_last: bool) -> Tensor:
    """The gradient (N, C, H, W) of ``sum(grad * pyramid_pool(x, sizes))`` by x."""
    with torch.enable_grad():
        x = grad.new_zeros((*grad.shape[:2], height, width)).requires_grad_()
        pooled = pyramid_pool(x, sizes)
    result, = torch.autograd.grad(pooled, x, grad)
    return result.contiguous(memory_format=torch.channels_last if channels_last else torch.contiguous_format)
