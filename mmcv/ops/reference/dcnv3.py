"""DCNv3 in plain PyTorch."""

import torch
from torch import Tensor

from .sampling import Maps, add_up, gradients


def dcnv3(
    input: Tensor, offset: Tensor, mask: Tensor, kernel_size: list[int], stride: list[int], padding: list[int],
    dilation: list[int], group: int, offset_scale: float, remove_center: bool
) -> Tensor:
    """See :func:`mmcv.ops.dcnv3`."""
    y, x = tap_places(offset, kernel_size, stride, padding, dilation, group, offset_scale, remove_center)
    value = input.flatten(1, 2).unflatten(-1, (group, -1))  # (N, H * W, group, C / group)
    out = add_up(value, Maps(0, *input.shape[1:3]), y, x, mask.reshape(y.shape))
    return out.reshape(*offset.shape[:3], input.size(3))


def dcnv3_backward(
    grad: Tensor, input: Tensor, offset: Tensor, mask: Tensor, kernel_size: list[int], stride: list[int],
    padding: list[int], dilation: list[int], group: int, offset_scale: float, remove_center: bool
) -> tuple[Tensor, ...]:
    """The gradients of input (in float32 where it is half), offset and mask."""
    def forward(input: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
        return dcnv3(input, offset, mask, kernel_size, stride, padding, dilation, group, offset_scale, remove_center)
    return gradients(forward, grad, input, offset, mask)


def tap_places(
    offset: Tensor, kernel_size: list[int], stride: list[int], padding: list[int], dilation: list[int], group: int,
    offset_scale: float, remove_center: bool
) -> tuple[Tensor, Tensor]:
    """Where the taps lie, in pixels of the map without padding: y and x, (N, H' * W', group, taps) each.

    The taps follow each other column by column. Their distances from the middle one are scaled as the offsets are.
    """
    count = kernel_size[0] * kernel_size[1]
    taps = [tap for tap in range(count) if not (remove_center and tap == count // 2)]
    tap = torch.tensor(taps, device=offset.device)
    pixel = torch.arange(offset.size(1) * offset.size(2), device=offset.device)
    moved = offset.reshape(offset.size(0), len(pixel), group, len(taps), 2)

    def along(axis: int, pixel: Tensor, tap: Tensor) -> Tensor:
        half = dilation[axis] * (kernel_size[axis] - 1) // 2
        start = (half - padding[axis] + pixel * stride[axis]).to(offset.dtype) - half * offset_scale
        return start.view(-1, 1, 1) + (tap * dilation[axis] + moved[..., 1 - axis]) * offset_scale

    rows, width = kernel_size[0], offset.size(2)
    return along(0, pixel // width, tap % rows), along(1, pixel % width, tap // rows)
