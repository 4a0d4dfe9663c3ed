"""Feed-forward networks, layers, sequences of layers."""
import warnings

import pytest
import torch
from torch import nn

from mmcv.cnn.bricks.transformer import (
    ATTENTION,
    FFN,
    POSITIONAL_ENCODING,
    BaseTransformerLayer,
    TransformerLayerSequence,
    build_feedforward_network,
    build_positional_encoding,
    build_transformer_layer,
    build_transformer_layer_sequence,
)
from mmcv.config import ConfigDict
from mmcv.utils import ConfigError

ATTN = dict(type='MultiheadAttention', embed_dims=8, num_heads=2)
SMALL_FFN = dict(type='FFN', feedforward_channels=12)


def layer(*order, **options):
    return BaseTransformerLayer(**{**dict(attn_cfgs=ATTN, ffn_cfgs=SMALL_FFN, operation_order=order), **options})


def test_ffn():
    ffn = build_feedforward_network(dict(type='FFN', embed_dims=8, feedforward_channels=12, num_fcs=3))
    assert list(ffn.state_dict()) == [
        f'layers.{i}.{kind}' for i in ('0.0', '1.0', '2') for kind in ('weight', 'bias')]
    x, identity = torch.randn(2, 5, 8), torch.randn(2, 5, 8)
    torch.testing.assert_close(ffn(x), x + ffn.layers(x))
    torch.testing.assert_close(ffn(x, identity), identity + ffn.layers(x))
    bare = FFN(8, 12, add_identity=False)
    torch.testing.assert_close(bare(x, identity), bare.layers(x))


def test_ffn_arguments():
    with pytest.raises(ValueError, match='at least 2'):
        FFN(num_fcs=1)
    with pytest.raises(ConfigError, match='feedforward_channels'):
        build_feedforward_network(dict(type='FFN', feedforward_channel=12))
    with pytest.warns(DeprecationWarning, match='use'):
        ffn = build_feedforward_network(dict(type='FFN', embed_dims=8, dropout=0.2, add_residual=False))
    assert (ffn.layers[-1].p, ffn.layers[0][2].p, ffn.add_identity) == (0.2, 0.2, False)
    x = torch.randn(1, 2, 8)
    with pytest.warns(DeprecationWarning, match='identity'):
        FFN(8, 12)(x, residual=x)
    assert FFN(8, 12, dropout_layer=dict(type='DropPath', drop_prob=0.4)).dropout_layer.drop_prob == 0.4


def test_post_norm():
    block = layer('self_attn', 'norm', 'ffn', 'norm')
    x = torch.randn(5, 2, 8)
    y = block.norms[0](block.attentions[0](x))
    torch.testing.assert_close(block(x), block.norms[1](block.ffns[0](y)))


def test_pre_norm():
    block = layer('norm', 'self_attn', 'norm', 'cross_attn', 'norm', 'ffn')
    x, memory = torch.randn(5, 2, 8), torch.randn(7, 2, 8)
    y = block.attentions[0](block.norms[0](x), identity=x)
    z = block.attentions[1](block.norms[1](y), memory, memory, identity=y)
    torch.testing.assert_close(block(x, memory, memory), block.ffns[0](block.norms[2](z), z))
    assert [attention.operation_name for attention in block.attentions] == ['self_attn', 'cross_attn']


def test_positions_and_masks_reach_the_attentions():
    block = layer('self_attn', 'cross_attn', 'norm', 'ffn', batch_first=True)
    x, memory, x_pos, memory_pos = (torch.randn(2, n, 8) for n in (5, 7, 5, 7))
    masks = [torch.rand(5, 5) < 0.3, torch.rand(5, 7) < 0.3]
    padding = [torch.zeros(2, n, dtype=torch.bool) for n in (5, 7)]
    for mask in (*masks, *padding):
        mask[:, -1] = True
        mask[:, 0] = False
    y = block.attentions[0](x, query_pos=x_pos, attn_mask=masks[0], key_padding_mask=padding[0])
    y = block.attentions[1](
        y, memory, memory, query_pos=x_pos, key_pos=memory_pos, attn_mask=masks[1], key_padding_mask=padding[1])
    out = block(
        x, memory, memory, x_pos, memory_pos, masks, query_key_padding_mask=padding[0], key_padding_mask=padding[1])
    torch.testing.assert_close(out, block.ffns[0](block.norms[0](y)))
    with pytest.raises(ValueError, match='1 attn_masks for 2'):
        block(x, memory, memory, attn_masks=masks[:1])
    with pytest.warns(UserWarning, match='one attn_mask for all'):
        block(x, x, x, attn_masks=masks[0])


def test_one_config_per_part():
    ffns = [dict(SMALL_FFN, feedforward_channels=n) for n in (4, 6)]
    attentions = [dict(ATTN, num_heads=n) for n in (1, 4)]
    block = layer('self_attn', 'ffn', 'cross_attn', 'ffn', 'norm', attn_cfgs=attentions, ffn_cfgs=ffns)
    assert [ffn.feedforward_channels for ffn in block.ffns] == [4, 6]
    assert [attention.num_heads for attention in block.attentions] == [1, 4]
    assert 'batch_first' not in attentions[0]
    assert 'embed_dims' not in ffns[0]


@pytest.mark.parametrize(('options', 'message'), [
    (dict(operation_order=('self_attn', 'conv')), 'operation_order'),
    (dict(operation_order=None), 'operation_order'),
    (dict(operation_order=('norm', 'ffn')), 'needs an attention'),
    (dict(attn_cfgs=[ATTN, ATTN]), 'attn_cfgs has 2 configs, operation_order needs 1'),
    (dict(ffn_cfgs=[]), 'ffn_cfgs has 0 configs'),
    (dict(ffn_cfgs=dict(type='FFN', embed_dims=9)), 'embed_dims is 8, but 9'),
    (dict(attn_cfgs=dict(ATTN, batch_first=True)), 'batch_first is False, but True'),
])
def test_what_does_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        layer('self_attn', 'norm', 'ffn', 'norm', **options)


def test_old_arguments():
    with pytest.warns(DeprecationWarning, match='use ffn_cfgs'):
        block = layer('self_attn', 'ffn', feedforward_channels=20, ffn_dropout=0.1, ffn_num_fcs=3)
    assert (block.ffns[0].feedforward_channels, block.ffns[0].num_fcs, block.ffns[0].layers[-1].p) == (20, 3, 0.1)
    with pytest.warns(UserWarning, match='ignores act_cfg'):
        layer('self_attn', 'ffn', act_cfg=dict(type='ReLU'))
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert layer('self_attn', 'ffn').ffns[0].feedforward_channels == 12


def test_sequence():
    cfg = dict(type='BaseTransformerLayer', attn_cfgs=ATTN, ffn_cfgs=SMALL_FFN, operation_order=('self_attn', 'ffn'))
    sequence = build_transformer_layer_sequence(
        ConfigDict(type='TransformerLayerSequence', transformerlayers=cfg, num_layers=2))
    assert (sequence.embed_dims, sequence.pre_norm, len(sequence.layers)) == (8, False, 2)
    x = torch.randn(5, 2, 8, requires_grad=True)
    out = sequence(x, None, None)
    torch.testing.assert_close(out, sequence.layers[1](sequence.layers[0](x)))
    out.sum().backward()
    assert all(p.grad is not None for p in sequence.parameters())
    assert len(TransformerLayerSequence([cfg, cfg], 2).layers) == 2
    for wrong in (dict(transformerlayers=[cfg], num_layers=2), dict(transformerlayers=cfg), {}):
        with pytest.raises(ValueError, match='num_layers'):
            TransformerLayerSequence(**wrong)


def test_own_parts():
    class Negate(nn.Module):
        def __init__(self, embed_dims: int, batch_first: bool) -> None:
            super().__init__()
            self.embed_dims = embed_dims

        def forward(self, query, key, value, identity, scale=1, **kwargs):
            return -query * scale

    ATTENTION.register_module('NegateForTest', force=True, module=Negate)
    POSITIONAL_ENCODING.register_module('NegateForTest', force=True, module=Negate)
    try:
        block = build_transformer_layer(dict(
            type='BaseTransformerLayer', attn_cfgs=dict(type='NegateForTest', embed_dims=4),
            operation_order=('self_attn',)))
        x = torch.randn(3, 2, 4)
        assert torch.equal(block(x, scale=3), -3 * x)
        encoding = build_positional_encoding(dict(type='NegateForTest', embed_dims=4), dict(batch_first=True))
        assert encoding.embed_dims == 4
    finally:
        del ATTENTION.module_dict['NegateForTest'], POSITIONAL_ENCODING.module_dict['NegateForTest']


def test_compiles_whole():
    block = layer('norm', 'self_attn', 'norm', 'ffn', batch_first=True).eval()
    x = torch.randn(2, 5, 8)
    exported = torch.export.export(block, (x,)).module()
    torch.testing.assert_close(exported(x), block(x))
