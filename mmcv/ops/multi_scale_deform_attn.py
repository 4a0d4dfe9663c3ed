"""Attention to a few places of several maps (Deformable DETR, Zhu et al. 2020, https://arxiv.org/abs/2010.04159)."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._load import must_be_deterministic, register, sees_torch_alone, single_on_cpu
from .reference import ms_deform_attn as reference


def ms_deform_attn(value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor, sampling_locations: Tensor,
                   attention_weights: Tensor) -> Tensor:
    """Add up, for every query and head, bilinear samples of the maps of several levels.

    With place (x, y) a level of (h, w) is sampled at row y h - 1/2 and column x w - 1/2, counted from the centre of its
    first pixel; there are zeros around it.

    Args:
        value: the maps of all levels, one after the other, (N, S, M, D): S pixels, M heads of D channels each.
        spatial_shapes: height and width of each level, (L, 2), integers.
        level_start_index: the first pixel of each level, (L,), integers.
        sampling_locations: P places per query, head and level, (N, Q, M, L, P, 2), each x, y with 0 and 1 at the
            borders of the level.
        attention_weights: their weights, (N, Q, M, L, P).

    Returns:
        (N, Q, M * D), in the type of value. Places and weights are taken in float32 where value is of a half type, and
        the sums are floats.

    Raises:
        ValueError: shapes or types do not fit.
    """
    if sees_torch_alone():
        return _by_grid_sample(value, spatial_shapes, level_start_index, sampling_locations, attention_weights)
    _check(value, spatial_shapes, level_start_index, sampling_locations, attention_weights)
    wide = torch.promote_types(value.dtype, torch.float32)
    shapes, starts = (tensor.to(value.device, torch.long) for tensor in (spatial_shapes, level_start_index))
    out = _attend(value.to(single_on_cpu(value)), shapes, starts, sampling_locations.to(wide),
                  attention_weights.to(wide))
    return out.to(value.dtype)


class MultiScaleDeformableAttnFunction:
    """:func:`ms_deform_attn` as mmcv 1.x and its users call it; no torch.autograd.Function any more."""

    @staticmethod
    def apply(value: Tensor, value_spatial_shapes: Tensor, value_level_start_index: Tensor, sampling_locations: Tensor,
              attention_weights: Tensor, im2col_step: int = 64) -> Tensor:
        """See :func:`ms_deform_attn`; ``im2col_step`` has no effect."""
        return ms_deform_attn(value, value_spatial_shapes, value_level_start_index, sampling_locations,
                              attention_weights)


def multi_scale_deformable_attn_pytorch(
    value: Tensor, value_spatial_shapes: Tensor | list[tuple[int, int]], sampling_locations: Tensor,
    attention_weights: Tensor
) -> Tensor:
    """:func:`ms_deform_attn` by ``F.grid_sample``: slower, but made of what every export and transform knows.

    The gradients of places that lie exactly on a pixel's centre, where they have a left and a right one, may differ.

    Args:
        value, sampling_locations, attention_weights: as of :func:`ms_deform_attn`.
        value_spatial_shapes: height and width of each level; the levels follow each other.

    Returns:
        (N, Q, M * D).
    """
    areas = [int(height) * int(width) for height, width in value_spatial_shapes]
    starts = [sum(areas[:level]) for level in range(len(areas))]
    return _by_grid_sample(value, value_spatial_shapes, starts, sampling_locations, attention_weights)


def _by_grid_sample(value: Tensor, shapes: Tensor | list[tuple[int, int]], starts: Tensor | list[int],
                    sampling_locations: Tensor, attention_weights: Tensor) -> Tensor:
    samples, heads = attention_weights.size(0), attention_weights.size(2)
    sampled = []
    for level, (shape, start) in enumerate(zip(shapes, map(int, starts))):
        height, width = map(int, shape)
        rows = value[:, start:start + height * width].permute(0, 2, 3, 1).flatten(0, 1)
        maps = rows.unflatten(-1, (height, width))  # (N * M, D, h, w)
        grid = sampling_locations[:, :, :, level].transpose(1, 2).flatten(0, 1) * 2 - 1  # (N * M, Q, P, 2)
        sampled.append(F.grid_sample(maps, grid.to(maps.dtype), align_corners=False))
    weights = attention_weights.to(value.dtype).transpose(1, 2).flatten(0, 1).flatten(2)  # (N * M, Q, L * P)
    out = (torch.cat(sampled, -1) * weights[:, None]).sum(-1)  # (N * M, D, Q)
    return out.unflatten(0, (samples, heads)).permute(0, 3, 1, 2).flatten(2)


def _check(value: Tensor, shapes: Tensor, starts: Tensor, locations: Tensor, weights: Tensor) -> None:
    fits = value.dim() == 4 and locations.dim() == 6 and locations.size(5) == 2 and weights.dim() == 5
    if not (fits and weights.shape == locations.shape[:5] and value.size(0) == locations.size(0)
            and value.size(2) == locations.size(2)):
        raise ValueError(f'ms_deform_attn: value is {tuple(value.shape)}, sampling_locations {tuple(locations.shape)} '
                         f'and attention_weights {tuple(weights.shape)}; they must be (N, S, M, D), '
                         '(N, Q, M, L, P, 2) and (N, Q, M, L, P)')
    levels = locations.size(3)
    if tuple(shapes.shape) != (levels, 2) or tuple(starts.shape) != (levels,):
        raise ValueError(f'ms_deform_attn: spatial_shapes is {tuple(shapes.shape)} and level_start_index '
                         f'{tuple(starts.shape)}; with {levels} levels they must be ({levels}, 2) and ({levels},)')
    if not all(tensor.is_floating_point() for tensor in (value, locations, weights)):
        raise ValueError(f'ms_deform_attn: value is {value.dtype}, sampling_locations {locations.dtype} and '
                         f'attention_weights {weights.dtype}; they must be floating-point')


def _fake(value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor, sampling_locations: Tensor,
          attention_weights: Tensor) -> Tensor:
    return value.new_empty((value.size(0), sampling_locations.size(1), value.size(2) * value.size(3)))


def _fake_backward(grad: Tensor, value: Tensor, spatial_shapes: Tensor, level_start_index: Tensor,
                   sampling_locations: Tensor, attention_weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return (value.new_empty(value.shape, dtype=attention_weights.dtype),
            sampling_locations.new_empty(sampling_locations.shape),
            attention_weights.new_empty(attention_weights.shape))


def _remember(ctx: FunctionCtx, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def ms_deform_attn_gradients(grad: Tensor, *inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The operator ms_deform_attn_backward, or its reference where the result may not depend on the order of sums."""
    backward = reference.ms_deform_attn_backward if must_be_deterministic(grad) else _attend_backward
    return backward(grad, *inputs)


def _gradients(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None, None, Tensor, Tensor]:
    by_value, by_locations, by_weights = ms_deform_attn_gradients(grad, *ctx.saved_tensors)
    return by_value.to(grad.dtype), None, None, by_locations, by_weights


_attend_backward = register(
    'ms_deform_attn_backward(Tensor grad, Tensor value, Tensor spatial_shapes, Tensor level_start_index, '
    'Tensor sampling_locations, Tensor attention_weights) -> (Tensor, Tensor, Tensor)',
    reference.ms_deform_attn_backward,
    _fake_backward,
)
_attend = register(
    'ms_deform_attn(Tensor value, Tensor spatial_shapes, Tensor level_start_index, Tensor sampling_locations, '
    'Tensor attention_weights) -> Tensor',
    reference.ms_deform_attn,
    _fake,
    _gradients,
    _remember,
)
