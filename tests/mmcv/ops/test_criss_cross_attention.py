"""Attention along rows and columns."""

import pytest
import torch
from torch import nn

from mmcv.cnn import build_plugin_layer
from mmcv.ops import CrissCrossAttention, ca_map, ca_weight


def maps(samples, channels, height, width, dtype=torch.float32):
    return torch.randn(samples, channels, height, width, dtype=dtype)


def pairs():
    """Query and key, of which the key has a shape of its own only in its layout."""
    for dtype in (torch.float32, torch.float64):
        yield maps(2, 3, 4, 5, dtype), maps(2, 3, 4, 5, dtype)
    yield maps(1, 2, 1, 6), maps(1, 2, 1, 6)
    yield maps(1, 2, 6, 1), maps(1, 2, 6, 1)
    yield maps(0, 2, 3, 4), maps(0, 2, 3, 4)
    yield maps(2, 3, 5, 4).transpose(2, 3), maps(2, 3, 4, 5).to(memory_format=torch.channels_last)
    yield maps(2, 5, 7, 33), maps(2, 5, 7, 33)  # several vectors, the last one overlapping
    yield maps(1, 7, 9, 16), maps(1, 7, 9, 16)


def weights_and_values():
    for value, other in pairs():
        samples, _, height, width = value.shape
        yield maps(samples, height + width - 1, height, width, value.dtype), other


def invalid_pairs():
    yield maps(1, 2, 3, 4), maps(1, 3, 3, 4)
    yield maps(1, 2, 3, 4), maps(1, 2, 4, 3)
    yield maps(1, 2, 3, 4), maps(1, 2, 3, 4).double()
    yield maps(1, 2, 3, 4), maps(1, 2, 3, 4)[0]
    yield maps(1, 2, 0, 4), maps(1, 2, 0, 4)
    yield maps(1, 2, 3, 4).long(), maps(1, 2, 3, 4).long()


def invalid_weights():
    yield maps(1, 5, 3, 4), maps(1, 2, 3, 4)
    yield maps(1, 7, 3, 4), maps(1, 2, 3, 4)
    yield maps(2, 6, 3, 4), maps(1, 2, 3, 4)
    yield maps(1, 6, 3, 4), maps(1, 2, 3, 4).double()
    yield maps(1, 6, 3, 4).long(), maps(1, 2, 3, 4).long()


SAMPLES = {'ca_weight': pairs, 'ca_map': weights_and_values}
INVALID = {'ca_weight': invalid_pairs, 'ca_map': invalid_weights}


def cross(y, x, height, width):
    """The pixels of a cross, in order."""
    return [(y, i) for i in range(width)] + [(j, x) for j in range(height) if j != y]


def test_weight_and_map_follow_the_cross():
    query, key, value = (maps(2, 3, 4, 5, torch.float64) for _ in range(3))
    weight = ca_weight(query, key)
    out = ca_map(weight, value)
    for y in range(4):
        for x in range(5):
            pixels = cross(y, x, 4, 5)
            products = torch.stack([(query[:, :, y, x] * key[:, :, j, i]).sum(1) for j, i in pixels], 1)
            torch.testing.assert_close(weight[:, :, y, x], products)
            total = sum(products[:, n, None] * value[:, :, j, i] for n, (j, i) in enumerate(pixels))
            torch.testing.assert_close(out[:, :, y, x], total)


def dense_attention(layer, x):
    """Softmax over all pixels, with those outside of the cross at minus infinity."""
    height, width = x.shape[2:]
    y, i = (grid.flatten() for grid in torch.meshgrid(
        torch.arange(height, device=x.device), torch.arange(width, device=x.device), indexing='ij'))
    crossed = (y[:, None] == y) | (i[:, None] == i)
    query, key, value = (conv(x).flatten(2) for conv in (layer.query_conv, layer.key_conv, layer.value_conv))
    weight = torch.einsum('ncp,ncq->npq', query, key).masked_fill(~crossed, float('-inf')).softmax(-1)
    return x + layer.gamma.scale * torch.einsum('npq,ncq->ncp', weight, value).view_as(x)


@pytest.mark.parametrize('device', ['cpu', pytest.param('cuda', marks=pytest.mark.gpu)])
def test_module_is_attention_over_the_cross(device):
    layer, x = CrissCrossAttention(16).to(device, torch.float64), maps(2, 16, 5, 7, torch.float64).to(device)
    torch.testing.assert_close(layer(x), x)
    nn.init.constant_(layer.gamma.scale, 0.7)
    torch.testing.assert_close(layer(x), dense_attention(layer, x))


def test_module_has_the_keys_of_mmcv_and_is_a_plugin():
    name, layer = build_plugin_layer({'type': 'CrissCrossAttention', 'in_channels': 16})
    assert name == 'criss_cross_attention'
    assert isinstance(layer, CrissCrossAttention)
    convs = [f'{conv}_conv.{part}' for conv in ('query', 'key', 'value') for part in ('weight', 'bias')]
    assert list(layer.state_dict()) == [*convs, 'gamma.scale']
    assert layer.gamma.scale.shape == ()


@pytest.mark.parametrize(('function', 'a', 'b', 'message'), [
    (ca_weight, (1, 2, 3, 4), (1, 3, 3, 4), 'query has 2 channels and key 3'),
    (ca_weight, (1, 2, 3, 4), (2, 3, 4), r'query is \(1, 2, 3, 4\) and key \(2, 3, 4\)'),
    (ca_map, (1, 7, 3, 4), (1, 2, 3, 4), 'weight has 7 channels; for a map of 3x4 it must have 6'),
    (ca_map, (1, 6, 4, 3), (1, 2, 3, 4), r'weight is \(1, 6, 4, 3\) and value \(1, 2, 3, 4\)'),
])
def test_wrong_shapes_are_one_clear_line(function, a, b, message):
    with pytest.raises(ValueError, match=rf'^{function.__name__}: {message}'):
        function(torch.zeros(a), torch.zeros(b))


def test_wrong_types_and_devices_are_one_clear_line():
    with pytest.raises(ValueError, match=r'^ca_weight: query is torch.float32 .* torch.float64 on cpu; .*type'):
        ca_weight(maps(1, 2, 3, 4), maps(1, 2, 3, 4, torch.float64))
    with pytest.raises(ValueError, match=r'^ca_map: .*on cpu and value .* on meta'):
        ca_map(maps(1, 6, 3, 4), maps(1, 2, 3, 4).to('meta'))
    with pytest.raises(ValueError, match=r'^CrissCrossAttention: in_channels is 7; it needs 8 or more$'):
        CrissCrossAttention(7)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_types(dtype):
    x = torch.randn(2, 8, 4, 5)
    module = CrissCrossAttention(8)
    module.gamma['scale'].data.fill_(1.0)
    expected = module(x)
    half = module.to(dtype)(x.to(dtype).requires_grad_())
    assert half.dtype == dtype
    torch.testing.assert_close(half.float(), expected, rtol=0.1, atol=0.1)
    half.float().sum().backward()
    assert module.value_conv.weight.grad.dtype == dtype
