"""Multi-head attention, against torch's own."""
import pytest
import torch
from torch import nn

from mmcv.cnn.bricks.transformer import DotProductAttention, MultiheadAttention, build_attention


def pair(**options):
    own = DotProductAttention(16, 4, **options).double()
    torchs = nn.MultiheadAttention(16, 4, **options).double()
    for parameter in own.parameters():
        nn.init.normal_(parameter, std=0.3)
    torchs.load_state_dict(own.state_dict())
    return own, torchs


def draw(*shape):
    return torch.randn(*shape, dtype=torch.double, requires_grad=True)


def mask(*shape):
    drawn = torch.rand(shape) < 0.4
    drawn[..., 0] = False  # somebody may look at the first key
    return drawn


MASKS = {
    'none': {},
    'attention': dict(attn_mask=mask(5, 7)),
    'numbers': dict(attn_mask=torch.randn(5, 7, dtype=torch.double)),
    'per head': dict(attn_mask=mask(12, 5, 7)),
    'padding': dict(key_padding_mask=mask(3, 7)),
    'both': dict(attn_mask=mask(5, 7), key_padding_mask=mask(3, 7)),
    'all': dict(attn_mask=mask(12, 5, 7), key_padding_mask=mask(3, 7)),
}
OPTIONS = [{}, dict(bias=False), dict(add_bias_kv=True), dict(add_zero_attn=True), dict(kdim=6, vdim=10)]


@pytest.mark.parametrize('options', OPTIONS, ids=str)
@pytest.mark.parametrize('masks', MASKS.values(), ids=MASKS)
@pytest.mark.parametrize('batch_first', [False, True])
def test_equals_torch(options, masks, batch_first):
    own, torchs = pair(**options)
    inputs = draw(5, 3, 16), draw(7, 3, options.get('kdim', 16)), draw(7, 3, options.get('vdim', 16))
    expected = torchs(*inputs, **masks)[0]
    if batch_first:
        out = own(*(x.transpose(0, 1) for x in inputs), **masks, batch_first=True)[0].transpose(0, 1)
    else:
        out = own(*inputs, **masks)[0]
    torch.testing.assert_close(out, expected)
    gradients = [torch.autograd.grad(y.square().sum(), inputs) for y in (out, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize('shared', ['all', 'query and key', 'key and value'])
def test_shared_tokens(shared):
    own, torchs = pair()
    x, y = draw(5, 3, 16), draw(5, 3, 16)
    inputs = {'all': (x, x, x), 'query and key': (x, x, y), 'key and value': (y, x, x)}[shared]
    torch.testing.assert_close(own(*inputs)[0], torchs(*inputs)[0])


def test_rare_calls():
    own, torchs = pair()
    x = draw(5, 3, 16)
    for options in (dict(need_weights=True), dict(need_weights=True, average_attn_weights=False)):
        for ours, theirs in zip(own(x, x, x, **options), torchs(x, x, x, **options)):
            torch.testing.assert_close(ours, theirs)
    single = draw(5, 16)
    torch.testing.assert_close(own(single, single, single)[0], torchs(single, single, single)[0])
    bytes_ = mask(5, 5)
    torch.testing.assert_close(own(x, x, x, attn_mask=bytes_.byte())[0], torchs(x, x, x, attn_mask=bytes_)[0])
    first = DotProductAttention(16, 4, batch_first=True).double()
    first.load_state_dict(own.state_dict())
    torch.testing.assert_close(first(*[x.transpose(0, 1)] * 3)[0].transpose(0, 1), own(x, x, x)[0])


def test_dropout_only_in_training():
    own = DotProductAttention(16, 4, dropout=0.5)
    x = torch.randn(5, 3, 16)
    assert not torch.equal(own(x, x, x)[0], own(x, x, x)[0])
    own.eval()
    assert torch.equal(own(x, x, x)[0], own(x, x, x)[0])


@pytest.mark.parametrize('masked', [False, True])
def test_bfloat16(masked):
    layer = MultiheadAttention(16, 4)
    x = torch.randn(5, 3, 16)
    masks = dict(attn_mask=torch.rand(5, 5), key_padding_mask=torch.zeros(3, 5, dtype=torch.bool)) if masked else {}
    with torch.autocast('cpu', torch.bfloat16):
        out = layer(x, **masks)
    torch.testing.assert_close(out, layer(x, **masks), atol=0.05, rtol=0.05)


def test_state_dict():
    assert list(MultiheadAttention(8, 2).state_dict()) == [
        'attn.in_proj_weight', 'attn.in_proj_bias', 'attn.out_proj.weight', 'attn.out_proj.bias']


def test_residual_and_positions():
    layer = MultiheadAttention(8, 2).double()
    query, key, value, position, far = draw(5, 3, 8), draw(7, 3, 8), draw(7, 3, 8), draw(5, 3, 8), draw(7, 3, 8)

    def attended(q, k, v):
        return layer.attn(q, k, v)[0]

    torch.testing.assert_close(layer(query), query + attended(query, query, query))
    torch.testing.assert_close(layer(query, key), query + attended(query, key, key))
    torch.testing.assert_close(layer(query, key, value, identity=position), position + attended(query, key, value))
    both = query + position
    torch.testing.assert_close(layer(query, query_pos=position), query + attended(both, both, query))
    torch.testing.assert_close(
        layer(query, key, value, query_pos=position, key_pos=far), query + attended(both, key + far, value))
    other = draw(5, 3, 8)
    torch.testing.assert_close(layer(query, other, query_pos=position), query + attended(both, other + position, other))
    with pytest.warns(UserWarning, match='no key_pos'):
        torch.testing.assert_close(layer(query, key, query_pos=position), query + attended(both, key, key))


def test_batch_first():
    first, last = MultiheadAttention(8, 2, batch_first=True), MultiheadAttention(8, 2)
    last.load_state_dict(first.state_dict())
    x, y = torch.randn(3, 5, 8), torch.randn(3, 7, 8)
    torch.testing.assert_close(first(x, y).transpose(0, 1), last(x.transpose(0, 1), y.transpose(0, 1)))


def test_old_spellings():
    with pytest.warns(DeprecationWarning, match='attn_drop'):
        layer = build_attention(dict(type='MultiheadAttention', embed_dims=8, num_heads=2, dropout=0.3))
    assert (layer.attn.dropout, layer.dropout_layer.p) == (0.3, 0.3)
    assert MultiheadAttention(8, 2).dropout_layer.p == 0
    layer.eval()
    x, identity = torch.randn(5, 3, 8), torch.randn(5, 3, 8)
    with pytest.warns(DeprecationWarning, match='identity'):
        assert torch.equal(layer(x, residual=identity), layer(x, identity=identity))
    assert isinstance(MultiheadAttention(8, 2, dropout_layer=None, bias=False).dropout_layer, nn.Identity)


def test_hooks_run():
    layer = MultiheadAttention(8, 2)
    seen = []
    layer.attn.register_forward_hook(lambda *args: seen.append('attn'))
    layer.attn.out_proj.register_forward_hook(lambda *args: seen.append('out_proj'))
    layer(torch.randn(5, 3, 8))
    assert seen == ['out_proj', 'attn']


def test_heads_that_do_not_share_the_channels():
    with pytest.raises(ValueError, match='num_heads is 3; it has to divide embed_dims, 8'):
        MultiheadAttention(8, 3)
