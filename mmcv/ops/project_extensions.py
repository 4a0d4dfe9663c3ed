"""What projects compile for themselves: the modules DCNv3 and MultiScaleDeformableAttention, name by name.

Imports of these modules are answered with the functions below where the real ones are not installed (mmcv.compat). They
are called from within a torch.autograd.Function: forward and backward are apart, and ``im2col_step`` has no effect.
"""

import torch
from torch import Tensor

from ._load import single_on_cpu
from .dcnv3 import dcnv3, dcnv3_gradients
from .multi_scale_deform_attn import ms_deform_attn, ms_deform_attn_gradients


@torch.no_grad()
def ms_deform_attn_forward(value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor, sampling_loc: Tensor,
                           attn_weight: Tensor, im2col_step: int = 64) -> Tensor:
    """See :func:`mmcv.ops.ms_deform_attn`."""
    return ms_deform_attn(value, spatial_shapes, level_start_index, sampling_loc, attn_weight)


@torch.no_grad()
def ms_deform_attn_backward(value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor, sampling_loc: Tensor,
                            attn_weight: Tensor, grad_output: Tensor, im2col_step: int = 64) -> list[Tensor]:
    """The gradients of value, sampling_loc and attn_weight, each in the type of its tensor."""
    kind, wide = single_on_cpu(value), torch.promote_types(value.dtype, torch.float32)
    gradients = ms_deform_attn_gradients(grad_output.to(kind), value.to(kind), spatial_shapes, level_start_index,
                                         sampling_loc.to(wide), attn_weight.to(wide))
    return [gradient.to(tensor.dtype) for gradient, tensor in zip(gradients, (value, sampling_loc, attn_weight))]


@torch.no_grad()
def dcnv3_forward(input: Tensor, offset: Tensor, mask: Tensor, kernel_h: int, kernel_w: int, stride_h: int,
                  stride_w: int, pad_h: int, pad_w: int, dilation_h: int, dilation_w: int, group: int,
                  group_channels: int, offset_scale: float, im2col_step: int = 256,
                  remove_center: bool = False) -> Tensor:
    """See :func:`mmcv.ops.dcnv3`."""
    return dcnv3(input, offset, mask, (kernel_h, kernel_w), (stride_h, stride_w), (pad_h, pad_w),
                 (dilation_h, dilation_w), group, offset_scale, remove_center)


@torch.no_grad()
def dcnv3_backward(input: Tensor, offset: Tensor, mask: Tensor, kernel_h: int, kernel_w: int, stride_h: int,
                   stride_w: int, pad_h: int, pad_w: int, dilation_h: int, dilation_w: int, group: int,
                   group_channels: int, offset_scale: float, grad_output: Tensor, im2col_step: int = 256,
                   remove_center: bool = False) -> list[Tensor]:
    """The gradients of input, offset and mask, each in the type of its tensor."""
    kind, wide = single_on_cpu(input), torch.promote_types(input.dtype, torch.float32)
    gradients = dcnv3_gradients(
        grad_output.to(kind), input.to(kind), offset.to(wide), mask.to(wide), [kernel_h, kernel_w],
        [stride_h, stride_w], [pad_h, pad_w], [dilation_h, dilation_w], group, float(offset_scale),
        bool(remove_center))
    return [gradient.to(tensor.dtype) for gradient, tensor in zip(gradients, (input, offset, mask))]
