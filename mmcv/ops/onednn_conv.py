"""Convolutions by oneDNN itself, in inference on a CPU: torch turns some maps round, and keeps activations apart."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ._load import is_watched


def is_channels_last(x: Tensor) -> bool:
    """By torch's rule: whole, or a cut of such a map; what is both is contiguous."""
    if x.dim() != 4 or x.is_contiguous():
        return False
    least = 1
    for dim in (1, 3, 2, 0):
        if x.stride(dim) < least:
            return False
        least = x.stride(dim) * x.shape[dim]
    return True


def is_free(x: Tensor) -> bool:
    """Whether only the numbers count that come of a tensor, so that other operators may give them.

    On a CPU, in float32, where no gradient is recorded and nobody counts or records the operators.
    """
    return (
        not torch.is_grad_enabled()
        and type(x) is Tensor
        and x.device.type == 'cpu'
        and x.dtype == torch.float32
        and x.numel() > 0
        and not is_watched()
        and not torch._C._len_torch_dispatch_stack()
    )


def has_onednn() -> bool:
    """Whether torch was built with it and may use it."""
    return torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled


def suits_onednn(x: Tensor, weight: Tensor) -> bool:
    """Whether :func:`onednn_conv` is at least as fast as ``F.conv2d``."""
    return is_own(weight) and is_free(x) and is_channels_last(x) and has_onednn()


def is_own(weight: Tensor) -> bool:
    """Whether it is one that oneDNN takes in float32."""
    return type(weight) in (Tensor, torch.nn.Parameter) and weight.dtype == torch.float32 and weight.is_cpu


def onednn_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], groups: int, activation: str = 'none', numbers: Sequence[float] = (), way: str = '',
) -> Tensor:
    """``F.conv2d`` where :func:`suits_onednn`, and an activation on the way.

    Args:
        x, weight, bias, stride, padding, dilation, groups: as of ``F.conv2d``.
        activation: oneDNN's name of it: relu, hardtanh, sigmoid, hardswish, swish, tanh or gelu.
        numbers: of the activation: the bounds of hardtanh.
        way: of gelu: none or tanh, torch's ``approximate``.

    Returns:
        (N, K, H', W'), channels_last.
    """
    return torch.ops.mkldnn._convolution_pointwise(
        x, weight, bias, padding, stride, dilation, groups, activation, numbers, way)
