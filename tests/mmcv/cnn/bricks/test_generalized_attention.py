"""Attention by contents and positions, against sums over single cells."""
import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import GeneralizedAttention, build_plugin_layer

TYPES = [''.join(digits) for digits in itertools.product('01', repeat=4)]


def randomized(block):
    for parameter in block.parameters():
        nn.init.normal_(parameter, std=0.5)
    return block.double()


def slowly(block, x):
    """One pair of cells and one term at a time."""
    content, position, key_alone, position_alone = block.attention_type
    heads, own, other = block.num_heads, x[:, :, ::block.q_stride, ::block.q_stride], x[
        :, :, ::block.kv_stride, ::block.kv_stride]

    def split(tensor):
        return tensor.unflatten(1, (heads, -1))  # (N, heads, d, h, w)

    value = split(block.value_conv(other))
    query = split(block.query_conv(own)) if content or position else None
    key = split(block.key_conv(other)) if content or key_alone else None
    energy = x.new_zeros(len(x), heads, *own.shape[2:], *other.shape[2:])
    for y, x_, v, u in itertools.product(*map(range, (*own.shape[2:], *other.shape[2:]))):
        total = 0
        if content:
            total = total + (query[..., y, x_] * key[..., v, u]).sum(2)
        if key_alone:
            total = total + (block.appr_bias.view(1, heads, -1) * key[..., v, u]).sum(2)
        if position or position_alone:
            far = y * block.q_stride - v * block.kv_stride, x_ * block.q_stride - u * block.kv_stride
            where = sum(described(block, fc, distance) for fc, distance in
                        zip((block.appr_geom_fc_y, block.appr_geom_fc_x), far)) / math.sqrt(2)
            if position:
                total = total + (query[..., y, x_] * where).sum(2)
            if position_alone:
                total = total + (block.geom_bias.view(1, heads, -1) * where).sum(2)
        energy[:, :, y, x_, v, u] = total
    weights = energy.flatten(4).softmax(-1)
    out = torch.einsum('nhyxk,nhdk->nhdyx', weights, value.flatten(3)).flatten(1, 2)
    out = block.proj_conv(out)
    if block.q_stride > 1:
        out = F.interpolate(out, x.shape[2:], mode='bilinear', align_corners=False)
    return block.gamma * out + x


def described(block, fc, distance):
    size = block.position_embedding_dim
    angles = torch.tensor([distance * block.position_magnitude / 1000 ** (4 * k / size) for k in range(size // 4)],
                          dtype=torch.double)
    return fc(torch.cat([angles.sin(), angles.cos()])).view(1, block.num_heads, -1)


@pytest.mark.parametrize('kind', TYPES)
def test_all_terms(kind):
    block = randomized(GeneralizedAttention(8, num_heads=2, attention_type=kind))
    x = torch.randn(2, 8, 3, 4, dtype=torch.double, requires_grad=True)
    out, expected = block(x), slowly(block, x)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(*(torch.autograd.grad(y.square().sum(), x)[0] for y in (out, expected)))


@pytest.mark.parametrize('options', [
    dict(kv_stride=1), dict(q_stride=2), dict(kv_stride=3, position_embedding_dim=12, position_magnitude=2)], ids=str)
def test_options(options):
    block = randomized(GeneralizedAttention(8, num_heads=4, **options))
    x = torch.randn(1, 8, 3, 4, dtype=torch.double)
    torch.testing.assert_close(block(x), slowly(block, x))


@pytest.mark.parametrize('kind', ['1111', '0010', '0101'])
def test_range(kind):
    """What is too far away changes nothing; what is near does."""
    block = GeneralizedAttention(512, spatial_range=1, num_heads=2, kv_stride=1, attention_type=kind).double()
    nn.init.ones_(block.gamma)
    x = torch.randn(1, 512, 7, 8, dtype=torch.double)
    changed = x.clone()
    changed[:, :, 0, 0] += 1
    difference = (block(changed) - block(x)).abs().amax(1)[0]
    near = torch.zeros(7, 8, dtype=torch.bool)
    near[:2, :2] = True
    assert (difference[~near] < 1e-12).all()
    assert (difference[near] > 1e-9).all()


@pytest.mark.parametrize(('channels', 'stride'), [(512, 1), (512, 3), (256, 4)])
def test_map_of_the_range(channels, stride):
    """A cell sees from ``range`` before to ``range + 1`` after it, rounded outwards to keys."""
    block = GeneralizedAttention(channels, spatial_range=2, num_heads=2, kv_stride=stride)
    far = block.local_constraint_map
    size, size_kv = far.shape[0], far.shape[2]
    assert far.dtype == torch.uint8
    assert size_kv == (size - 1) // stride + 1
    for y, x in ((0, 0), (5, 9), (size - 1, size - 2)):
        rows, columns = (range(max((n - 2) // stride, 0), min((n + 3) // stride + 1, size_kv)) for n in (y, x))
        expected = torch.ones(size_kv, size_kv, dtype=torch.uint8)
        expected[rows.start:rows.stop, columns.start:columns.stop] = 0
        assert torch.equal(far[y, x], expected)


def test_range_needs_known_channels():
    with pytest.raises(ValueError, match='in_channels of 256 or 512, not 8'):
        GeneralizedAttention(8, spatial_range=2, num_heads=2)
    with pytest.raises(ValueError, match='four digits'):
        GeneralizedAttention(8, num_heads=2, attention_type='11')


def test_start_and_plugin():
    name, block = build_plugin_layer(dict(type='GeneralizedAttention', num_heads=2), in_channels=8)
    assert name == 'gen_attention_block'
    x = torch.randn(1, 8, 4, 5)
    assert torch.equal(block(x), x)
    assert set(block.state_dict()) == {
        'query_conv.weight', 'key_conv.weight', 'value_conv.weight', 'appr_geom_fc_x.weight', 'appr_geom_fc_y.weight',
        'appr_bias', 'geom_bias', 'proj_conv.weight', 'proj_conv.bias', 'gamma'}
    assert block.appr_bias.abs().max() <= 1 / math.sqrt(8)
