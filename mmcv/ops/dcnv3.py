"""Deformable convolution without weights of its own (InternImage, Wang et al. 2022, https://arxiv.org/abs/2211.05778)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from mmcv.utils import to_2tuple

from ._load import must_be_deterministic, register, sees_torch_alone, single_on_cpu
from .reference import dcnv3 as reference


def dcnv3(input: Tensor, offset: Tensor, mask: Tensor, kernel_size: int | tuple[int, int],
          stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0, dilation: int | tuple[int, int] = 1,
          group: int = 1, offset_scale: float = 1.0, remove_center: bool = False) -> Tensor:
    """Add up, for every output pixel and group of channels, bilinear samples at the moved taps of a kernel.

    A tap (dx, dy) from the middle of the kernel reads where (dx, dy) + offset, times ``offset_scale``, points; around
    the map there are zeros, without a slope. The taps follow each other column by column.

    Args:
        input: (N, H, W, C), floating-point.
        offset: (N, H', W', group * taps * 2), x and y of each tap, in pixels.
        mask: the weights of the taps, (N, H', W', group * taps).
        kernel_size, stride, padding, dilation: as of a convolution; numbers, or pairs of y and x.
        group: groups of channels with offsets and masks of their own.
        offset_scale: a factor of the taps' distances and of the offsets.
        remove_center: whether the kernel has no tap in the middle.

    Returns:
        (N, H', W', C), in the type of input. Offsets and masks are taken in float32 where that is a half type, and the
        sums are floats.

    Raises:
        ValueError: shapes or numbers do not fit.
    """
    kernel, steps, margin, spread = (list(to_2tuple(pair)) for pair in (kernel_size, stride, padding, dilation))
    if sees_torch_alone():
        return dcnv3_core_pytorch(input, offset, mask, *kernel, *steps, *margin, *spread, group, input.size(3) // group,
                                  offset_scale, remove_center)
    _check(input, offset, mask, kernel, steps, margin, spread, group, remove_center)
    wide = torch.promote_types(input.dtype, torch.float32)
    out = _dcnv3(input.to(single_on_cpu(input)), offset.to(wide), mask.to(wide), kernel, steps, margin, spread, group,
                 float(offset_scale), bool(remove_center))
    return out.to(input.dtype)


class DCNv3Function:
    """:func:`dcnv3` as InternImage calls it; no torch.autograd.Function."""

    @staticmethod
    def apply(input: Tensor, offset: Tensor, mask: Tensor, kernel_h: int, kernel_w: int, stride_h: int, stride_w: int,
              pad_h: int, pad_w: int, dilation_h: int, dilation_w: int, group: int, group_channels: int,
              offset_scale: float, im2col_step: int = 256, remove_center: bool = False) -> Tensor:
        """See :func:`dcnv3`; ``group_channels`` follows from the others and ``im2col_step`` has no effect."""
        return dcnv3(input, offset, mask, (kernel_h, kernel_w), (stride_h, stride_w), (pad_h, pad_w),
                     (dilation_h, dilation_w), group, offset_scale, remove_center)


def dcnv3_core_pytorch(input: Tensor, offset: Tensor, mask: Tensor, kernel_h: int, kernel_w: int, stride_h: int,
                       stride_w: int, pad_h: int, pad_w: int, dilation_h: int, dilation_w: int, group: int,
                       group_channels: int, offset_scale: float, remove_center: bool = False) -> Tensor:
    """:func:`dcnv3` by ``F.grid_sample``: slower, but made of what every export and transform knows.

    The gradients of offsets that point exactly to a pixel's centre, where they have a left and a right one, may differ;
    so may those at the border (see :func:`dcnv3`).
    """
    height, width = input.shape[1:3]
    y, x = reference.tap_places(offset, [kernel_h, kernel_w], [stride_h, stride_w], [pad_h, pad_w],
                                [dilation_h, dilation_w], group, offset_scale, remove_center)
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)  # (N, H' * W', g, taps, 2)
    grid = grid.transpose(1, 2).flatten(0, 1).to(input.dtype)
    maps = input.unflatten(3, (group, group_channels)).permute(0, 3, 4, 1, 2).flatten(0, 1)  # (N * g, C / g, H, W)
    weights = mask.to(input.dtype).reshape(y.shape).transpose(1, 2).flatten(0, 1)[:, None]  # (N * g, 1, H' * W', taps)
    out = (F.grid_sample(maps, grid, align_corners=False) * weights).sum(-1)  # (N * g, C / g, H' * W')
    return out.unflatten(0, (-1, group)).permute(0, 3, 1, 2).reshape(*offset.shape[:3], -1)


_ACTIVATIONS = {'ReLU': lambda: nn.ReLU(inplace=True), 'SiLU': lambda: nn.SiLU(inplace=True), 'GELU': nn.GELU}


class _Permute(nn.Module):
    """The dimensions in another order."""

    def __init__(self, *dims: int) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.dims)


class DCNv3(nn.Module):
    """:func:`dcnv3` between two linear layers; offsets and masks come from a depthwise convolution of the input.

    At first the offsets are zero and the masks uniform.

    Args:
        channels: C.
        kernel_size, stride, pad, dilation: of the taps; maps keep their size only with a stride of 1.
        dw_kernel_size: of the depthwise convolution; None for ``kernel_size``.
        group: groups of channels with offsets and masks of their own.
        offset_scale: a factor of the taps' distances and of the offsets.
        act_layer: 'ReLU', 'SiLU' or 'GELU', after the depthwise convolution.
        norm_layer: 'BN' or 'LN', before it.
        center_feature_scale: whether a share of the plain input, per group and pixel, takes the result's place.
        remove_center: whether the kernel has no tap in the middle.

    Raises:
        ValueError: the arguments do not fit.
    """

    def __init__(self, channels: int = 64, kernel_size: int = 3, dw_kernel_size: int | None = None, stride: int = 1,
                 pad: int = 1, dilation: int = 1, group: int = 4, offset_scale: float = 1.0, act_layer: str = 'GELU',
                 norm_layer: str = 'LN', center_feature_scale: bool = False, remove_center: bool = False) -> None:
        super().__init__()
        if channels % group:
            raise ValueError(f'DCNv3: channels={channels} must be a multiple of group={group}')
        if norm_layer not in ('BN', 'LN'):
            raise ValueError(f"DCNv3: norm_layer is {norm_layer!r}; use 'BN' or 'LN'")
        if act_layer not in _ACTIVATIONS:
            raise ValueError(f"DCNv3: act_layer is {act_layer!r}; use 'ReLU', 'SiLU' or 'GELU'")
        if remove_center and kernel_size % 2 == 0:
            raise ValueError(f'DCNv3: kernel_size is {kernel_size}; remove_center needs an odd one')
        self.channels = channels
        self.kernel_size = kernel_size
        self.dw_kernel_size = kernel_size if dw_kernel_size is None else dw_kernel_size
        self.stride = stride
        self.dilation = dilation
        self.pad = pad
        self.group = group
        self.group_channels = channels // group
        self.offset_scale = offset_scale
        self.center_feature_scale = center_feature_scale
        self.remove_center = remove_center
        last = _Permute(0, 2, 3, 1)
        norm = [nn.BatchNorm2d(channels), last] if norm_layer == 'BN' else [last, nn.LayerNorm(channels, eps=1e-6)]
        self.dw_conv = nn.Sequential(
            nn.Conv2d(channels, channels, self.dw_kernel_size, padding=(self.dw_kernel_size - 1) // 2, groups=channels),
            nn.Sequential(*norm),
            _ACTIVATIONS[act_layer]())
        taps = group * (kernel_size**2 - int(remove_center))
        self.offset = nn.Linear(channels, 2 * taps)
        self.mask = nn.Linear(channels, taps)
        self.input_proj = nn.Linear(channels, channels)
        self.output_proj = nn.Linear(channels, channels)
        if center_feature_scale:
            self.center_feature_scale_proj_weight = nn.Parameter(torch.zeros(group, channels))
            self.center_feature_scale_proj_bias = nn.Parameter(torch.zeros(group))
        self.init_weights()

    def init_weights(self) -> None:
        """Start without offsets, whatever the parents' initialization makes of the layers below."""
        for layer in (self.offset, self.mask):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        for layer in (self.input_proj, self.output_proj):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, input: Tensor) -> Tensor:
        """(N, H, W, C) to (N, H', W', C)."""
        x = self.input_proj(input)
        around = self.dw_conv(input.permute(0, 3, 1, 2))  # (N, H, W, C)
        mask = self.mask(around).unflatten(-1, (self.group, -1)).softmax(-1).flatten(-2)
        out = dcnv3(x, self.offset(around), mask, self.kernel_size, self.stride, self.pad, self.dilation, self.group,
                    self.offset_scale, self.remove_center)
        if self.center_feature_scale:
            share = F.linear(around, self.center_feature_scale_proj_weight, self.center_feature_scale_proj_bias)
            share = share.sigmoid().repeat_interleave(self.group_channels, -1)
            out = out * (1 - share) + x * share
        return self.output_proj(out)

    def extra_repr(self) -> str:
        return (f'{self.channels}, kernel_size={self.kernel_size}, stride={self.stride}, pad={self.pad}, '
                f'dilation={self.dilation}, group={self.group}, offset_scale={self.offset_scale}, '
                f'remove_center={self.remove_center}')


def _check(input: Tensor, offset: Tensor, mask: Tensor, kernel: list[int], stride: list[int], padding: list[int],
           dilation: list[int], group: int, remove_center: bool) -> None:
    if min(*kernel, *stride, *dilation, group) < 1 or min(padding) < 0:
        raise ValueError(f'dcnv3: kernel_size is {kernel}, stride {stride}, padding {padding}, dilation {dilation} and '
                         f'group {group}; padding must be 0 or more, the others positive')
    if remove_center and (kernel[0] != kernel[1] or kernel[0] % 2 == 0):
        raise ValueError(f'dcnv3: kernel_size is {kernel}; remove_center needs a square kernel of odd size')
    if input.dim() != 4 or input.size(3) % group or not input.is_floating_point():
        raise ValueError(f'dcnv3: input is {input.dtype} {tuple(input.shape)}; it must be floating-point (N, H, W, C) '
                         f'with C a multiple of group={group}')
    rooms = [size + 2 * p - d * (k - 1) - 1 for size, k, p, d in zip(input.shape[1:3], kernel, padding, dilation)]
    if min(rooms) < 0:
        raise ValueError(f'dcnv3: kernel_size is {kernel} with dilation {dilation}; it does not fit into input '
                         f'{tuple(input.shape)} with padding {padding}')
    numbers = group * (kernel[0] * kernel[1] - bool(remove_center))
    size = (input.size(0), *(room // step + 1 for room, step in zip(rooms, stride)))
    for name, tensor, wanted in (('offset', offset, (*size, 2 * numbers)), ('mask', mask, (*size, numbers))):
        if tuple(tensor.shape) != wanted or not tensor.is_floating_point():
            raise ValueError(f'dcnv3: {name} is {tensor.dtype} {tuple(tensor.shape)}; for input {tuple(input.shape)} '
                             f'it must be floating-point {wanted}')


def _fake(input: Tensor, offset: Tensor, mask: Tensor, kernel_size: list[int], stride: list[int], padding: list[int],
          dilation: list[int], group: int, offset_scale: float, remove_center: bool) -> Tensor:
    return input.new_empty((*offset.shape[:3], input.size(3)))


def _fake_backward(
    grad: Tensor, input: Tensor, offset: Tensor, mask: Tensor, kernel_size: list[int], stride: list[int],
    padding: list[int], dilation: list[int], group: int, offset_scale: float, remove_center: bool
) -> tuple[Tensor, Tensor, Tensor]:
    return (input.new_empty(input.shape, dtype=mask.dtype), offset.new_empty(offset.shape), mask.new_empty(mask.shape))


def _remember(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    input, offset, mask, *ctx.arguments = inputs
    ctx.save_for_backward(input, offset, mask)


def dcnv3_gradients(grad: Tensor, *arguments: object) -> tuple[Tensor, Tensor, Tensor]:
    """The operator dcnv3_backward, or its reference where the result may not depend on the order of sums."""
    backward = reference.dcnv3_backward if must_be_deterministic(grad) else _dcnv3_backward
    return backward(grad, *arguments)


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
    by_input, by_offset, by_mask = dcnv3_gradients(grad, *ctx.saved_tensors, *ctx.arguments)
    return by_input.to(grad.dtype), by_offset, by_mask, *[None] * len(ctx.arguments)


_dcnv3_backward = register(
    'dcnv3_backward(Tensor grad, Tensor input, Tensor offset, Tensor mask, int[] kernel_size, int[] stride, '
    'int[] padding, int[] dilation, int group, float offset_scale, bool remove_center) -> (Tensor, Tensor, Tensor)',
    reference.dcnv3_backward,
    _fake_backward,
)
_dcnv3 = register(
    'dcnv3(Tensor input, Tensor offset, Tensor mask, int[] kernel_size, int[] stride, int[] padding, int[] dilation, '
    'int group, float offset_scale, bool remove_center) -> Tensor',
    reference.dcnv3,
    _fake,
    _gradients,
    _remember,
)
