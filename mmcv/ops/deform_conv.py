"""Deformable convolutions, on top of torchvision's operator."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from mmcv.utils import deprecated_api_warning, to_2tuple

from ._load import is_exported
from ._torchvision import torchvision_ops
from .reference import deform_conv as reference

_RENAMED = deprecated_api_warning({'deformable_groups': 'deform_groups'})


def deform_conv2d(input: Tensor, offset: Tensor, weight: Tensor, stride: int | tuple[int, int] = 1,
                  padding: int | tuple[int, int] = 0, dilation: int | tuple[int, int] = 1, groups: int = 1,
                  deform_groups: int = 1, bias: bool = False, im2col_step: int = 32) -> Tensor:
    """Convolution whose taps are moved by an offset each (Dai et al. 2017, https://arxiv.org/abs/1703.06211).

    Around the map there are zeros. A tap exactly one pixel before it, as many in a padding are without offsets, is
    outside: its offset has no gradient.

    Args:
        input: (N, C, H, W).
        offset: (N, deform_groups * kernel height * kernel width * 2, H', W') in pixels; y, then x, of each tap.
        weight: (C', C / groups, kernel height, kernel width).
        stride, padding, dilation, groups: as in a convolution.
        deform_groups: groups of channels with offsets of their own.
        bias: must be False.
        im2col_step: without effect; old code and configs give it.

    Returns:
        (N, C', H', W'), of the type of ``offset``; half types are computed in float32.

    Raises:
        ValueError: the shapes do not fit, or torchvision is missing.
    """
    if bias:
        raise ValueError('deform_conv2d: bias must be False')
    return _convolve('deform_conv2d', input, offset, None, weight, None, stride, padding, dilation, groups,
                     deform_groups)


def modulated_deform_conv2d(input: Tensor, offset: Tensor, mask: Tensor, weight: Tensor, bias: Tensor | None = None,
                            stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0,
                            dilation: int | tuple[int, int] = 1, groups: int = 1, deform_groups: int = 1) -> Tensor:
    """:func:`deform_conv2d` with a factor for every tap (Zhu et al. 2018, https://arxiv.org/abs/1811.11168).

    Args:
        input, offset, weight, stride, padding, dilation, groups, deform_groups: as of :func:`deform_conv2d`.
        mask: the factors, (N, deform_groups * kernel height * kernel width, H', W').
        bias: (C',) or None.

    Returns:
        (N, C', H', W'), as of :func:`deform_conv2d`.

    Raises:
        ValueError: the shapes do not fit, or torchvision is missing.
    """
    return _convolve('modulated_deform_conv2d', input, offset, mask, weight, bias, stride, padding, dilation, groups,
                     deform_groups)


class _DeformConv(nn.Module):
    """What the layers share; the attributes are those of nn.Conv2d."""

    transposed = False
    output_padding = (0,)

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int],
                 stride: int | tuple[int, int], padding: int | tuple[int, int], dilation: int | tuple[int, int],
                 groups: int, deform_groups: int, bias: bool) -> None:
        super().__init__()
        name = type(self).__name__
        torchvision_ops(name)
        if in_channels % groups or out_channels % groups or in_channels % deform_groups:
            raise ValueError(f'{name}: in_channels={in_channels} and out_channels={out_channels} must be multiples of '
                             f'groups={groups}, and in_channels of deform_groups={deform_groups}')
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = to_2tuple(kernel_size)
        self.stride = to_2tuple(stride)
        self.padding = to_2tuple(padding)
        self.dilation = to_2tuple(dilation)
        self.groups = groups
        self.deform_groups = deform_groups
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None

    def extra_repr(self) -> str:
        return (f'{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}, '
                f'padding={self.padding}, dilation={self.dilation}, groups={self.groups}, '
                f'deform_groups={self.deform_groups}, bias={self.bias is not None}')

    def _add_conv_offset(self, numbers_per_tap: int) -> None:
        """The ordinary convolution that gives ``numbers_per_tap`` numbers for every tap, at first zeros."""
        channels = self.deform_groups * numbers_per_tap * math.prod(self.kernel_size)
        self.conv_offset = nn.Conv2d(self.in_channels, channels, self.kernel_size, self.stride, self.padding,
                                     self.dilation)
        self.init_weights()

    def init_weights(self) -> None:
        """Start as an ordinary convolution, whatever the parents' initialization makes of the layers below."""
        if 'conv_offset' in self._modules:
            nn.init.zeros_(self.conv_offset.weight)
            nn.init.zeros_(self.conv_offset.bias)


class DeformConv2d(_DeformConv):
    """:func:`deform_conv2d` with a weight; called with the input and its offsets.

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups: as in nn.Conv2d.
        deform_groups: groups of channels with offsets of their own.
        bias: must be False.
        im2col_step: without effect; old configs give it.

    Raises:
        ValueError: the arguments do not fit, or torchvision is missing.
    """

    @_RENAMED
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int],
                 stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0,
                 dilation: int | tuple[int, int] = 1, groups: int = 1, deform_groups: int = 1, bias: bool = False,
                 im2col_step: int = 32) -> None:
        if bias:
            raise ValueError(f'{type(self).__name__}: bias must be False')
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, deform_groups,
                         bias=False)
        nn.init.kaiming_uniform_(self.weight, nonlinearity='relu')

    def forward(self, x: Tensor, offset: Tensor) -> Tensor:
        """See :func:`deform_conv2d`."""
        return deform_conv2d(x, offset, self.weight, self.stride, self.padding, self.dilation, self.groups,
                             self.deform_groups)


class DeformConv2dPack(DeformConv2d):
    """:class:`DeformConv2d` that takes the place of a convolution: ``conv_offset`` makes the offsets of the input.

    In configs ``dict(type='DCN', deform_groups=1)``. The offsets are zero at first.
    """

    _version = 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._add_conv_offset(2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        return super().forward(x, self.conv_offset(x))


class ModulatedDeformConv2d(_DeformConv):
    """:func:`modulated_deform_conv2d` with a weight and a bias; called with the input, its offsets and its mask.

    Args:
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups: as in nn.Conv2d.
        deform_groups: groups of channels with offsets and masks of their own.
        bias: whether there is a bias.

    Raises:
        ValueError: the arguments do not fit, or torchvision is missing.
    """

    @_RENAMED
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int | tuple[int, int],
                 stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0,
                 dilation: int | tuple[int, int] = 1, groups: int = 1, deform_groups: int = 1,
                 bias: bool = True) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, deform_groups, bias)
        bound = 1 / math.sqrt(in_channels * math.prod(self.kernel_size))
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
        """See :func:`modulated_deform_conv2d`."""
        return modulated_deform_conv2d(x, offset, mask, self.weight, self.bias, self.stride, self.padding,
                                       self.dilation, self.groups, self.deform_groups)


class ModulatedDeformConv2dPack(ModulatedDeformConv2d):
    """:class:`ModulatedDeformConv2d` that takes the place of a convolution: ``conv_offset`` makes offsets and mask.

    In configs ``dict(type='DCNv2', deform_groups=1)``. The offsets are zero and the mask 0.5 at first.
    """

    _version = 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._add_conv_offset(3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        made = self.conv_offset(x)
        offset_channels = made.size(1) // 3 * 2
        return super().forward(x, made[:, :offset_channels], made[:, offset_channels:].sigmoid())


def _convolve(name: str, input: Tensor, offset: Tensor, mask: Tensor | None, weight: Tensor, bias: Tensor | None,
              stride: int | tuple[int, int], padding: int | tuple[int, int], dilation: int | tuple[int, int],
              groups: int, deform_groups: int) -> Tensor:
    taps = deform_groups * math.prod(weight.shape[2:])
    if input.dim() != 4 or input.size(1) != weight.size(1) * groups:
        raise ValueError(f'{name}: input is {tuple(input.shape)}; '
                         f'the weight needs (N, {weight.size(1) * groups}, H, W)')
    for what, tensor, channels in (('offset', offset, 2 * taps), ('mask', mask, taps)):
        if tensor is not None and (tensor.dim() != 4 or tensor.size(1) != channels):
            raise ValueError(f'{name}: {what} is {tuple(tensor.shape)}; the weight needs (N, {channels}, H, W)')
    stride, padding, dilation = to_2tuple(stride), to_2tuple(padding), to_2tuple(dilation)
    kernel = tuple(weight.shape[2:])
    tensors = [_wide(tensor) for tensor in (input, offset, weight, bias)]
    if is_exported():
        return reference.deform_conv2d(*tensors, stride, padding, dilation, _wide(mask)).to(offset.dtype)
    tensors[1] = _off_the_border(tensors[1], kernel, stride, padding, dilation)
    return torchvision_ops(name).deform_conv2d(*tensors, stride, padding, dilation, _wide(mask)).to(offset.dtype)


def _off_the_border(offset: Tensor, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int],
                    dilation: tuple[int, int]) -> Tensor:
    """The same offsets, but at -1 a tap goes a pixel further: torchvision reads 0 there, with a slope into the map."""
    height, width = offset.shape[2:]
    place = offset.unflatten(1, (-1, *kernel, 2))  # (N, deform_groups, rows, columns, 2, H', W')

    def start(axis: int, size: int) -> Tensor:
        tap, index = torch.arange(kernel[axis], device=offset.device), torch.arange(size, device=offset.device)
        return tap[:, None] * dilation[axis] + index * stride[axis] - padding[axis]

    rows, columns = start(0, height)[:, None, :, None], start(1, width)[None, :, None]
    starts = torch.stack([rows.expand(*kernel, height, width), columns.expand(*kernel, height, width)], 2)
    return (place - (place + starts == -1).to(offset.dtype)).flatten(1, 4)


def _wide(tensor: Tensor | None) -> Tensor | None:
    return tensor.float() if tensor is not None and tensor.dtype in (torch.float16, torch.bfloat16) else tensor

