"""Patches of images become tokens, tokens are merged."""
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.bricks.transformer import PatchEmbed, PatchMerging


@pytest.mark.parametrize('options', [
    dict(kernel_size=4, stride=4),
    dict(kernel_size=(3, 5), stride=None),
    dict(kernel_size=7, stride=4, padding=3, norm_cfg=dict(type='LN')),
    dict(kernel_size=7, stride=(2, 4), padding='same', bias=False),
    dict(kernel_size=3, stride=2, dilation=2, padding=(1, 0)),
], ids=str)
def test_embedding(options):
    embed = PatchEmbed(3, 8, input_size=(13, 18), **options)
    x = torch.randn(2, 3, 13, 18, requires_grad=True)
    tokens, size = embed(x)
    assert size == embed.init_out_size
    assert embed.init_input_size == (13, 18)
    expected = embed.projection(embed.adaptive_padding(x) if embed.adaptive_padding else x).flatten(2).mT
    torch.testing.assert_close(tokens, embed.norm(expected) if embed.norm else expected)
    tokens.sum().backward()
    assert x.grad.isfinite().all()


def test_embedding_of_unknown_size():
    embed = PatchEmbed(embed_dims=4)
    assert (embed.init_input_size, embed.init_out_size, embed.projection.stride) == (None, None, (16, 16))
    assert embed(torch.randn(1, 3, 17, 5))[1] == (2, 1)
    assert PatchEmbed(embed_dims=4, input_size=224).init_out_size == (14, 14)
    assert list(PatchEmbed(norm_cfg=dict(type='LN')).state_dict()) == [
        'projection.weight', 'projection.bias', 'norm.weight', 'norm.bias']


@pytest.mark.parametrize('options', [
    {},
    dict(kernel_size=(3, 2), padding='same'),
    dict(kernel_size=(4, 3), padding=0),
    dict(kernel_size=3, stride=2, padding='same'),
    dict(kernel_size=3, stride=1, padding=1, norm_cfg=None, bias=True),
    dict(kernel_size=2, padding=1),
    dict(kernel_size=2, stride=(2, 1), dilation=2),
], ids=str)
def test_merging_equals_unfold(options):
    merge = PatchMerging(4, 6, **options).double()
    x = torch.randn(2, 7 * 9, 4, dtype=torch.double, requires_grad=True)
    out, size = merge(x, (7, 9))
    padded = x.mT.unflatten(2, (7, 9))
    padded = merge.adaptive_padding(padded) if merge.adaptive_padding else padded
    s = merge.sampler
    windows = F.unfold(padded, s.kernel_size, s.dilation, s.padding, s.stride).mT
    expected = merge.reduction(merge.norm(windows) if merge.norm else windows)
    torch.testing.assert_close(out, expected)
    assert size[0] * size[1] == out.shape[1]
    torch.testing.assert_close(*(torch.autograd.grad(y.square().sum(), x)[0] for y in (out, expected)))


def test_merging_defaults():
    merge = PatchMerging(4, 8)
    assert list(merge.state_dict()) == ['norm.weight', 'norm.bias', 'reduction.weight']
    assert isinstance(merge.sampler, nn.Unfold)
    assert merge(torch.randn(1, 6, 4), (3, 2))[1] == (2, 1)
    for size, message in (((3, 3), '6 tokens are not 3 x 3'), (6, 'give the')):
        with pytest.raises(ValueError, match=message):
            merge(torch.randn(1, 6, 4), size)
