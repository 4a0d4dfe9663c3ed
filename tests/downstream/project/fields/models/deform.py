"""Deformable attention over the extension that the project compiled for itself."""

import MultiScaleDeformableAttention as MSDA
import torch
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.cuda.amp import custom_bwd, custom_fwd


class MSDeformAttnFunction(Function):

    @staticmethod
    @custom_fwd(cast_inputs=torch.float32)
    def forward(ctx, value, value_spatial_shapes, value_level_start_index, sampling_locations, attention_weights,
                im2col_step):
        ctx.im2col_step = im2col_step
        output = MSDA.ms_deform_attn_forward(
            value, value_spatial_shapes, value_level_start_index, sampling_locations, attention_weights,
            ctx.im2col_step)
        ctx.save_for_backward(value, value_spatial_shapes, value_level_start_index, sampling_locations,
                              attention_weights)
        return output

    @staticmethod
    @once_differentiable
    @custom_bwd
    def backward(ctx, grad_output):
        grad_value, grad_sampling_loc, grad_attn_weight = MSDA.ms_deform_attn_backward(
            *ctx.saved_tensors, grad_output, ctx.im2col_step)
        return grad_value, None, None, grad_sampling_loc, grad_attn_weight, None


class DeformAttn(nn.Module):
    """One level, four points, of the map onto itself."""

    def __init__(self, dim, heads=2, points=4):
        super().__init__()
        self.heads, self.points = heads, points
        self.offsets = nn.Linear(dim, heads * points * 2)
        self.weights = nn.Linear(dim, heads * points)
        self.value = nn.Linear(dim, dim)

    def forward(self, x):
        n, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        shapes = torch.as_tensor([(h, w)], dtype=torch.long, device=x.device)
        y, x_ = torch.meshgrid(torch.linspace(0.5, h - 0.5, h) / h, torch.linspace(0.5, w - 0.5, w) / w)
        reference = torch.stack([x_.flatten(), y.flatten()], -1).to(x)[None, :, None, None, None, :]
        offsets = self.offsets(tokens).view(n, h * w, self.heads, 1, self.points, 2)
        weights = self.weights(tokens).view(n, h * w, self.heads, 1, self.points).softmax(-1)
        out = MSDeformAttnFunction.apply(
            self.value(tokens).view(n, h * w, self.heads, c // self.heads), shapes, shapes.new_zeros(1),
            reference + offsets / offsets.new_tensor([w, h]), weights, 64)
        return out.transpose(1, 2).reshape(n, c, h, w)
