"""Convolutions by whatever is fastest for them."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from ._load import is_watched
from .depthwise_conv import depthwise_conv, depthwise_conv_weight, has_slow_depthwise_gradient, suits_depthwise
from .onednn_conv import onednn_conv, suits_onednn
from .weight_gradient import ConvOfOwnGradient, by_taps
from .winograd_conv import has_slow_gradient, winograd_conv, winograd_conv_weight, winograd_edge

_ONEDNN_LANES = 16


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
    winograd: bool | int = True,
) -> Tensor:
    r"""``F.conv2d``, on a CPU in float32 with fewer multiplications, or by other means, where that pays.

    Wide 3x3 kernels take Winograd's way: 2x4 outputs are computed from 4x6 inputs, y = A^T [(G w H^T) * (B^T x C)] D
    with constant matrices: 24 products instead of 72, summed over the channels as 24 matrix products; or 2x2 from 4x4,
    where fewer lie beyond the map's border then. A dilated kernel does so on each of its grids of pixels; one that is
    dilated so far that most of it lies in the padding is convolved by torch, but for its weight's gradient, for which
    torch would multiply the padding too. Of narrower kernels only the weight's gradient is computed by tiles, where
    torch's is slow. The other gradients are computed in the same way. All is exact up to the rounding of float32, with
    errors of up to about 1e-6 of the largest output. On a GPU cuDNN decides for itself. Fast Algorithms for
    Convolutional Neural Networks, Lavin & Gray 2016, https://arxiv.org/abs/1509.09308.

    Dilated kernels of one channel each go to :func:`mmcv.ops.depthwise_conv`, or the gradient of their weight does.

    Args:
        x: (N, C, H, W).
        weight: (K, C / groups, h, w).
        bias: (K,), or None.
        stride, padding, dilation: in pairs (rows, columns).
        groups: as of ``F.conv2d``.
        winograd: False is ``F.conv2d``. With 4, and where no gradient is recorded, 4x4 outputs are computed from 6x6
            inputs: 4 times fewer multiplications, with errors of up to about 3e-6 of it.

    Returns:
        (N, K, H', W'), channels_last if x lies so in memory, else contiguous.
    """
    geometry = stride, padding, dilation
    if winograd and suits_depthwise(x, weight, *geometry, groups):
        return depthwise_conv(x, weight, bias, None, *geometry)
    edge = winograd_edge(x, weight, *geometry, groups, winograd)
    if edge:
        return winograd_conv(x, weight, bias, padding, dilation, edge)
    if winograd and torch.is_grad_enabled() and weight.requires_grad and not torch.compiler.is_compiling():
        way = _way_to_gradient(x, weight, *geometry, groups, edge)
        if way is not None:
            return ConvOfOwnGradient.apply(x, weight, bias, *geometry, groups, way)
    if max(stride) > 1 and _is_overrun(x, weight, padding, groups):
        x, stride = x[..., ::stride[0], ::stride[1]], (1, 1)
    if suits_onednn(x, weight):
        return onednn_conv(x, weight, bias, stride, padding, dilation, groups)
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


def _way_to_gradient(
    x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int],
    groups: int, edge: int | None,
) -> Callable[[Tensor, Tensor], Tensor] | None:
    """One from the gradient of the result and x to that of the weight, where torch's is slow."""
    if edge is not None:
        return partial(by_taps, padding=padding, dilation=dilation)
    if has_slow_gradient(x, weight, stride, padding, dilation, groups):
        return partial(winograd_conv_weight, padding=padding, dilation=dilation)
    if has_slow_depthwise_gradient(x, weight, groups):
        return partial(depthwise_conv_weight, kernel=weight.shape[2:], stride=stride, padding=padding,
                       dilation=dilation)
    return None


def _is_overrun(x: Tensor, weight: Tensor, padding: tuple[int, int], groups: int) -> bool:
    """Whether oneDNN, asked for steps of 1x1 kernels over maps channels_last, may write beyond its buffers.

    For the weight's gradient it gathers the pixels in blocks of 16 channels, also where there are fewer (as of torch
    2.14: "free(): invalid next size", or a crash). What it is given in the place of that are the pixels of the steps.
    """
    return (weight.shape[1] < _ONEDNN_LANES and weight.shape[2:] == (1, 1) and x.dim() == 4 and groups == 1
            and max(padding) == 0 and x.device.type == 'cpu' and torch.is_grad_enabled() and weight.requires_grad
            and not is_watched())
