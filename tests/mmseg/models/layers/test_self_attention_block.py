"""Attention between maps."""
import pytest
import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.layers import SelfAttentionBlock

OPTIONS = dict(
    key_in_channels=8, query_in_channels=8, channels=4, out_channels=6, share_key_query=False, query_downsample=None,
    key_downsample=None, key_query_num_convs=1, value_out_num_convs=1, key_query_norm=True, value_out_norm=True,
    matmul_norm=True, with_out=True, conv_cfg=None, norm_cfg=dict(type='BN'), act_cfg=dict(type='ReLU'))


def make(**options):
    return SelfAttentionBlock(**{**OPTIONS, **options})


@pytest.mark.parametrize('options', [
    {}, dict(with_out=False), dict(share_key_query=True), dict(matmul_norm=False), dict(query_in_channels=5),
    dict(key_query_num_convs=2, value_out_num_convs=3), dict(key_query_norm=False, value_out_norm=False),
    dict(key_downsample=nn.MaxPool2d(2))], ids=str)
def test_equals_its_definition(options):
    block = make(**options).double()
    queries = torch.randn(2, block.query_in_channels, 5, 7, dtype=torch.double, requires_grad=True)
    keys = torch.randn(2, 8, 4, 6, dtype=torch.double)
    if block.out_project is not None:
        for parameter in block.out_project.parameters():
            nn.init.normal_(parameter)
    block.eval()
    shrink = block.key_downsample or nn.Identity()
    query, key, value = block.query_project(queries), shrink(block.key_project(keys)), shrink(block.value_project(keys))
    scores = torch.einsum('ncyx,ncvu->nyxvu', query, key) * (0.5 if block.matmul_norm else 1)
    weights = scores.flatten(3).softmax(3)
    expected = torch.einsum('nyxk,nck->ncyx', weights, value.flatten(2))
    expected = expected if block.out_project is None else block.out_project(expected)
    out = block(queries, keys)
    assert out.shape == (2, 6, 5, 7)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(*(torch.autograd.grad(y.square().sum(), queries)[0] for y in (out, expected)))


def test_fewer_queries():
    block = make(query_downsample=nn.AvgPool2d(2))
    assert block(torch.randn(2, 8, 6, 8), torch.randn(2, 8, 5, 7)).shape == (2, 6, 3, 4)


def test_projections():
    block = make(share_key_query=True, value_out_norm=False, value_out_num_convs=2)
    assert block.query_project is block.key_project
    assert isinstance(block.key_project, ConvModule)
    assert [type(conv) for conv in block.value_project] == [nn.Conv2d, nn.Conv2d]
    with pytest.raises(ValueError, match='share_key_query needs equal channels'):
        make(share_key_query=True, query_in_channels=5)
    single = make(value_out_norm=False)
    assert not single.out_project.weight.any()
    assert torch.equal(single(*[torch.randn(2, 8, 5, 7)] * 2), torch.zeros(2, 6, 5, 7))
