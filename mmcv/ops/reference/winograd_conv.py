"""3x3 convolutions of stride 1 in plain PyTorch."""

import torch.nn.functional as F
from torch import Tensor
from torch.nn import grad as gradients


def winograd_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, padding: list[int], dilation: list[int], transposed: bool,
    edge: int,
) -> Tensor:
    """See :func:`mmcv.ops.conv2d`; ``edge`` is the height of a tile in outputs, 2 or 4.

    ``transposed`` swaps the weight's channels and turns its kernels by 180 degrees, as the gradient by x wants it.
    """
    if transposed:
        weight = weight.flip(2, 3).transpose(0, 1)
    return F.conv2d(x, weight, bias, 1, padding, dilation).contiguous()


def winograd_conv_weight(grad: Tensor, x: Tensor, padding: list[int], dilation: list[int]) -> Tensor:
    """The gradient (K, C, 3, 3) of ``sum(grad * winograd_conv(x, weight, ...))`` by the weight."""
    shape = (grad.shape[1], x.shape[1], 3, 3)
    return gradients.conv2d_weight(x, shape, grad, 1, padding, dilation)
