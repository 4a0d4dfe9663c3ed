"""Gradients of a PReLU, which torch computes number by number on a CPU."""

import torch
from torch import Tensor

from ._load import has_kernel, register
from .reference import prelu_backward as reference


def _fake(grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    return torch.empty_like(x, memory_format=torch.contiguous_format), torch.empty_like(weight).contiguous()


_prelu_backward = register(
    'prelu_backward(Tensor grad, Tensor x, Tensor weight) -> (Tensor, Tensor)', reference.prelu_backward, _fake)


def prelu_backward(grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """What ``F.prelu(x, weight)`` makes of a gradient, in one pass over contiguous maps on a CPU.

    Where gradients are recorded it is plain PyTorch, and can be differentiated again.

    Args:
        grad: (N, C, ...), the gradient of the result.
        x: of the same shape.
        weight: (C,), what values below 0 were multiplied by.

    Returns:
        The gradients of x and of weight.
    """
    one_type = x.dtype == weight.dtype == grad.dtype and x.dtype in (torch.float32, torch.float64)
    if one_type and x.is_contiguous() and not torch.is_grad_enabled() and has_kernel('prelu_backward', x):
        return _prelu_backward(grad, x, weight)
    return reference.prelu_backward(grad, x, weight)
