"""Multi-scale deformable attention in plain PyTorch."""

from torch import Tensor

from .sampling import Maps, add_up, gradients


def ms_deform_attn(
    value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor, sampling_locations: Tensor,
    attention_weights: Tensor
) -> Tensor:
    """See :func:`mmcv.ops.ms_deform_attn`."""
    points = sampling_locations.size(4)
    height, width = spatial_shapes.repeat_interleave(points, 0).unbind(1)
    maps = Maps(level_start_index.repeat_interleave(points), height, width)
    x, y = sampling_locations.flatten(3, 4).unbind(-1)
    return add_up(value, maps, y * height - 0.5, x * width - 0.5, attention_weights.flatten(3)).flatten(2)


def ms_deform_attn_backward(
    grad: Tensor, value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor, sampling_locations: Tensor,
    attention_weights: Tensor
) -> tuple[Tensor, ...]:
    """The gradients of value (in float32 where it is half), of the locations and of the weights."""
    def forward(value: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
        return ms_deform_attn(value, spatial_shapes, level_start_index, locations, weights)
    return gradients(forward, grad, value, sampling_locations, attention_weights)
