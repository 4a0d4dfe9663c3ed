"""Scales per channel within weights."""
import copy

import pytest
import torch
from torch import nn

from mmcv.cnn import fuse_conv_bn
from mmseg.models.backbones.beit import BEiTTransformerEncoderLayer
from mmseg.models.backbones.convnext import ConvNeXtBlock
from mmseg.models.backbones.poolformer import PoolFormerBlock
from mmseg.models.exact import plain

MAP, TOKENS = (2, 8, 5, 6), (2, 7, 8)
BLOCKS = {
    'convnext': (lambda: ConvNeXtBlock(8), MAP, 1),
    'convnext, convolutions': (lambda: ConvNeXtBlock(8, linear_pw_conv=False), MAP, 1),
    'poolformer': (lambda: PoolFormerBlock(8, drop=0.0), MAP, 2),
    'beit': (lambda: BEiTTransformerEncoderLayer(8, 2, 16, window_size=(2, 3)), TOKENS, 2),
    'beit, three layers': (lambda: BEiTTransformerEncoderLayer(8, 2, 16, window_size=(2, 3), num_fcs=3), TOKENS, 2),
}


def make(name):
    torch.manual_seed(0)
    build, shape, count = BLOCKS[name]
    block = build().double()
    for p in block.parameters():
        nn.init.normal_(p)
    return block, torch.randn(shape, dtype=torch.float64), count


class _Maps:
    """Counts what autograd keeps that is as large as the map."""

    def __init__(self, block, x):
        self.block, self.x = block, x.requires_grad_()

    def kept(self):
        count = 0

        def pack(tensor):
            nonlocal count
            count += tensor.numel() == self.x.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            self.block(self.x)
        return count


@pytest.mark.parametrize('name', BLOCKS)
def test_values_and_gradients(name):
    block, x, count = make(name)
    assert len(block.scales) == count
    results = []
    for each in (block, plain(copy.deepcopy(block)).model):
        assert each.scaled_weights is (each is block)
        leaf = x.clone().requires_grad_()
        out = each(leaf)
        out.square().sum().backward()
        assert all(p.grad is not None for p in each.parameters())
        results.append([out, leaf.grad, *(p.grad for p in each.parameters())])
    # The mean and the shift of a norm do not come through PoolFormer's pooling: what is left of them is rounding.
    torch.testing.assert_close(*results, rtol=1e-9, atol=1e-9 * results[0][1].abs().max().item())


@pytest.mark.parametrize('name', BLOCKS)
def test_scales_that_are_no_parameters(name):
    block, x, _ = make(name)
    expected = block(x)
    state = dict(block.state_dict())
    torch.testing.assert_close(torch.func.functional_call(block, state, x), expected)
    for scale in block.scales:
        nn.utils.parametrizations.weight_norm(block, scale)
    torch.testing.assert_close(block(x), expected)


@pytest.mark.parametrize('name', BLOCKS)
def test_folded_for_good(name):
    block, x, count = make(name)
    expected = block.eval()(x)
    keys = set(block.state_dict())
    assert fuse_conv_bn(block) is block
    assert len(keys - set(block.state_dict())) == count
    torch.testing.assert_close(block(x), expected)
    assert fuse_conv_bn(block)(x).equal(block(x))


def test_training_keeps_one_map_less():
    block, x, _ = make('convnext')
    fast = _Maps(block, x).kept()
    with plain(block):
        assert _Maps(block, x).kept() == fast + 1


@pytest.mark.parametrize('change', ['hook', 'spectral norm', 'another forward'])
def test_what_cannot_take_the_scale_leaves_it(change):
    block, x, _ = make('convnext')
    layer, seen = block.pointwise_conv2, []
    expected = block(x)
    if change == 'hook':
        layer.register_forward_hook(lambda module, inputs, output: seen.append(output))
    elif change == 'spectral norm':
        nn.utils.parametrizations.spectral_norm(layer)
        with plain(copy.deepcopy(block)) as model:
            expected = model.eval()(x)
    else:
        layer.forward = type(layer).forward.__get__(layer)
    out = block.eval()(x)
    torch.testing.assert_close(out, expected)
    if change == 'hook':
        torch.testing.assert_close(seen[0] * block.gamma, (out - x).permute(0, 2, 3, 1))
    gamma = block.gamma.clone()
    assert torch.equal(fuse_conv_bn(block).gamma, gamma)
