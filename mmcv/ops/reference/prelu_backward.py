"""Gradients of a PReLU in plain PyTorch."""

import torch
from torch import Tensor


def prelu_backward(grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """See :func:`mmcv.ops.prelu_backward`."""
    positive = torch.gt(x.detach(), 0, out=torch.empty_like(x))  # ones: torch.where takes ten times as long
    by_x = grad * torch.addcmul(positive, weight.view(-1, *[1] * (x.dim() - 2)), 1 - positive)
    return by_x, (grad * x.clamp(max=0)).sum([0, *range(2, x.dim())])
