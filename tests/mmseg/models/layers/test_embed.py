"""Patches with the defaults of mmsegmentation."""
import torch

from mmcv.cnn.bricks import transformer
from mmseg.models.layers import PatchEmbed, PatchMerging


def test_stride_is_the_patch():
    embed = PatchEmbed(embed_dims=8, kernel_size=4)
    assert embed.projection.stride == (4, 4)
    assert transformer.PatchEmbed(embed_dims=8, kernel_size=4).projection.stride == (16, 16)
    tokens, size = embed(torch.randn(2, 3, 13, 18))
    assert (tokens.shape, size) == ((2, 20, 8), (4, 5))
    assert isinstance(embed, transformer.PatchEmbed)


def test_positional_arguments():
    embed = PatchEmbed(2, 8, 'Conv2d', 3, 2, 1, 1, False, dict(type='LN'), 9)
    assert (embed.projection.stride, embed.projection.padding, embed.init_out_size) == ((2, 2), (1, 1), (5, 5))
    assert list(embed.state_dict()) == ['projection.weight', 'norm.weight', 'norm.bias']


def test_old_name_of_the_padding():
    embed, merge = PatchEmbed(embed_dims=8), PatchMerging(4, 8)
    assert embed.adap_padding is embed.adaptive_padding
    assert merge.adap_padding is merge.adaptive_padding
    assert PatchEmbed(embed_dims=8, padding=0).adap_padding is None
