"""Attention to a few places of several maps, with a residual connection."""

import math

import pytest
import torch
from torch import nn

from mmcv.cnn.bricks.transformer import MultiScaleDeformableAttention, build_attention
from mmcv.ops import multi_scale_deformable_attn_pytorch

SHAPES = torch.tensor([[4, 5], [2, 3]])
STARTS = torch.tensor([0, 20])


def tokens(samples=2, queries=7, channels=8):
    return torch.randn(samples, queries, channels), torch.randn(samples, 26, channels)


def attention(**options):
    """One whose offsets and weights depend on the query."""
    layer = build_attention(dict(type='MultiScaleDeformableAttention', embed_dims=8, num_heads=2, num_levels=2,
                                 num_points=3, dropout=0.0, batch_first=True, **options))
    nn.init.normal_(layer.sampling_offsets.weight, std=0.5)
    nn.init.normal_(layer.attention_weights.weight)
    return layer


def test_has_the_keys_and_first_weights_of_mmcv():
    layer = MultiScaleDeformableAttention(num_heads=8, num_levels=3, num_points=2)
    names = ('sampling_offsets', 'attention_weights', 'value_proj', 'output_proj')
    assert list(layer.state_dict()) == [f'{name}.{part}' for name in names for part in ('weight', 'bias')]
    bias = layer.sampling_offsets.bias.view(8, 3, 2, 2)
    for head in range(8):
        direction = torch.tensor([math.cos(head * math.pi / 4), math.sin(head * math.pi / 4)])
        direction /= direction.abs().max()
        for point in range(2):
            torch.testing.assert_close(bias[head, :, point], (direction * (point + 1)).expand(3, 2))
    for parameter in (layer.sampling_offsets.weight, layer.attention_weights.weight, layer.attention_weights.bias,
                      layer.value_proj.bias, layer.output_proj.bias):
        assert not parameter.any()
    bound = math.sqrt(6 / 512)
    assert 0.99 * bound < layer.value_proj.weight.abs().max() <= bound


@pytest.mark.parametrize('numbers', [2, 4])
def test_attends_around_the_reference_points(numbers):
    layer, (query, value) = attention(), tokens()
    points, position = torch.rand(2, 7, 2, numbers), torch.randn(2, 7, 8)
    out = layer(query, value=value, query_pos=position, reference_points=points, spatial_shapes=SHAPES,
                level_start_index=STARTS)
    moved = query + position
    offsets = layer.sampling_offsets(moved).view(2, 7, 2, 2, 3, 2)
    size = SHAPES.flip(1)[None, None, None, :, None] if numbers == 2 else 6 / points[:, :, None, :, None, 2:]
    places = points[:, :, None, :, None, :2] + offsets / size
    weights = layer.attention_weights(moved).view(2, 7, 2, 6).softmax(-1).view(2, 7, 2, 2, 3)
    maps = layer.value_proj(value).view(2, 26, 2, 4)
    expected = layer.output_proj(multi_scale_deformable_attn_pytorch(maps, SHAPES, places, weights)) + query
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(out, layer(query, value=value, query_pos=position, reference_points=points,
                                          spatial_shapes=SHAPES))


def test_takes_tokens_before_samples():
    layer, (query, value), points = attention(), tokens(), torch.rand(2, 7, 2, 2)
    rest = dict(reference_points=points, spatial_shapes=SHAPES, level_start_index=STARTS)
    expected = layer(query, None, value, query, **rest)
    layer.batch_first = False
    with pytest.warns(DeprecationWarning, match='residual is deprecated'):
        out = layer(query.transpose(0, 1), value=value.transpose(0, 1), residual=query.transpose(0, 1), **rest)
    torch.testing.assert_close(out, expected.transpose(0, 1))


def test_values_that_are_padding_count_as_zero():
    layer, (query, value), points = attention(), tokens(), torch.rand(2, 7, 2, 2)
    rest = dict(reference_points=points, spatial_shapes=SHAPES, level_start_index=STARTS)
    mask = torch.rand(2, 26) < 0.5
    out = layer(query, value=value, key_padding_mask=mask, **rest)
    nn.init.zeros_(layer.value_proj.bias)
    torch.testing.assert_close(out, layer(query, value=value.masked_fill(mask[..., None], 0), **rest))


def test_trains_under_autocast():
    layer, (query, value), points = attention(), tokens(), torch.rand(2, 7, 2, 2)
    with torch.autocast('cpu', torch.bfloat16):
        out = layer(query, value=value, reference_points=points, spatial_shapes=SHAPES, level_start_index=STARTS)
    out.square().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in layer.parameters())
    assert layer.sampling_offsets.weight.grad.any()


def test_wrong_arguments_are_one_clear_line():
    with pytest.raises(ValueError, match=r'^MultiScaleDeformableAttention: embed_dims=256 must be .* num_heads=7$'):
        MultiScaleDeformableAttention(num_heads=7)
    query, value = tokens()
    for points in (None, torch.rand(2, 7, 2, 3)):
        with pytest.raises(ValueError, match='it needs spatial_shapes, and reference_points of 2 or 4 numbers each'):
            attention()(query, value=value, reference_points=points, spatial_shapes=SHAPES)
