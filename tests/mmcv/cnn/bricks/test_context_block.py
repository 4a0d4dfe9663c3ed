"""The global context block."""
import pytest
import torch
from torch import nn

from mmcv.cnn import ContextBlock, build_plugin_layer


def randomized(block):
    for parameter in block.parameters():
        nn.init.normal_(parameter, std=0.5)
    return block


@pytest.mark.parametrize('pooling', ['att', 'avg'])
@pytest.mark.parametrize('fusion', [['channel_add'], ('channel_mul',), ('channel_add', 'channel_mul')], ids=str)
def test_forward(pooling, fusion):
    block = randomized(ContextBlock(8, 0.5, pooling, fusion)).double()
    x = torch.randn(2, 8, 5, 7, dtype=torch.double, requires_grad=True)
    weights = torch.full((2, 1, 5, 7), 1 / 35, dtype=torch.double)
    if pooling == 'att':
        scores = block.conv_mask(x).exp()
        weights = scores / scores.sum(dim=(2, 3), keepdim=True)
    context = (x * weights).sum(dim=(2, 3), keepdim=True)
    torch.testing.assert_close(block.spatial_pool(x), context)
    expected = x
    if 'channel_mul' in fusion:
        expected = expected * block.channel_mul_conv(context).sigmoid()
    if 'channel_add' in fusion:
        expected = expected + block.channel_add_conv(context)
    out = block(x)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(*(torch.autograd.grad(y.square().sum(), x)[0] for y in (out, expected)))


def test_start():
    x = torch.randn(2, 16, 5, 7)
    assert torch.equal(ContextBlock(16, 1 / 4)(x), x)
    torch.testing.assert_close(ContextBlock(16, 1 / 4, fusion_types=('channel_mul',))(x), x / 2)


def test_plugin_and_keys():
    name, block = build_plugin_layer(dict(type='ContextBlock', ratio=0.25), '_x', in_channels=16)
    assert (name, block.planes) == ('context_block_x', 4)
    assert {key.rpartition('.')[0] for key in block.state_dict()} == {
        'conv_mask', 'channel_add_conv.0', 'channel_add_conv.1', 'channel_add_conv.3'}


@pytest.mark.parametrize('options', [
    dict(pooling_type='max'), dict(fusion_types=()), dict(fusion_types='channel_add'), dict(fusion_types=['add'])])
def test_arguments(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        ContextBlock(16, 0.25, **options)
