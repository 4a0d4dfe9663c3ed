"""BEiT."""
import pytest
import torch

from mmseg.models import BEiT
from mmseg.models.backbones.beit import BEiTTransformerEncoderLayer
from mmseg.models.layers.beit_attention import BEiTAttention

TINY = {
    'type': 'BEiT', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 8, 'num_layers': 2, 'num_heads': 2,
    'mlp_ratio': 2,
}
FIXED = {'odd_sizes': 'the biases are for images of one size'}

SAMPLES = {
    'last layer': {'model': {'backbone': {**TINY, 'final_norm': True}}, 'compiles': True, 'exempt': FIXED},
    'two layers': {
        'model': {
            'backbone': {
                **TINY, 'out_indices': (0, 1), 'qv_bias': False, 'patch_norm': True, 'attn_drop_rate': 0.1,
                'drop_path_rate': 0.2, 'init_values': 1,
            },
            'decode_head': {'type': 'SegformerHead', 'in_index': (0, 1)},
        },
        'exempt': FIXED,
    },
}


def tiny(**options):
    return BEiT(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


@pytest.mark.parametrize('bias', ['qv_bias', True, False])
def test_attention_against_sums_over_tokens(bias):
    torch.manual_seed(0)
    attention = BEiTAttention(4, 2, (2, 3), bias=bias).double()
    for p in attention.parameters():
        torch.nn.init.normal_(p)
    x = torch.randn(1, 7, 4, dtype=torch.float64)
    zero = torch.zeros(4)
    given = (attention.q_bias, zero, attention.v_bias) if bias == 'qv_bias' else (
        attention.qkv.bias.split(4) if bias else (zero,) * 3)
    q, k, v = ((x[0] @ weight.T + b).unflatten(1, (2, 2)) for weight, b in zip(attention.qkv.weight.split(4), given))
    *offsets, to_patches, to_class, to_itself = attention.relative_position_bias_table
    table = torch.stack(offsets).reshape(3, 5, 2)

    def of(query, key):
        if query and key:
            (y, x), (j, i) = divmod(query - 1, 3), divmod(key - 1, 3)
            return table[y - j + 1, x - i + 2]
        return to_patches if key else to_class if query else to_itself

    for token in (0, 1, 5):
        scores = torch.stack([(q[token] * k[j]).sum(1) / 2**0.5 + of(token, j) for j in range(7)])
        out = attention.proj(torch.einsum('jh,jhc->hc', scores.softmax(0), v).flatten())
        torch.testing.assert_close(attention(x)[0, token], out)


def test_branches_are_scaled():
    layer = BEiTTransformerEncoderLayer(8, 2, 16, window_size=(2, 2), init_values=0)
    x = torch.randn(2, 5, 8)
    assert torch.equal(layer(x), x)


def test_image_of_another_size():
    with pytest.raises(ValueError, match=r"BEiT: the image is 64x80, its positions are for 64x96.*mode='slide'"):
        tiny()(torch.randn(1, 3, 64, 80))


@pytest.mark.parametrize('img_size', [96, (64, 112)])
def test_biases_of_another_size(img_size, tmp_path):
    """Where the biases are a smooth function of the offset, they keep their middle, and those of the class token."""
    state = tiny(img_size=64).state_dict()
    y, x = torch.meshgrid(torch.linspace(-1, 1, 7), torch.linspace(-1, 1, 7), indexing='ij')
    offsets = torch.stack([y + 3 * x, y * x], dim=2).flatten(0, 1)
    key = 'layers.1.attn.relative_position_bias_table'
    state[key] = torch.cat([offsets, torch.tensor([[1.0, 2], [3, 4], [5, 6]])])
    torch.save({'model': state}, tmp_path / 'beit.pth')
    model = tiny(img_size=img_size, pretrained=str(tmp_path / 'beit.pth'))
    model.init_weights()
    table = model.state_dict()[key]
    assert table[-3:].tolist() == [[1, 2], [3, 4], [5, 6]]
    rows, columns = (2 * size - 1 for size in model.patch_shape)
    resized = table[:-3].reshape(rows, columns, 2)
    torch.testing.assert_close(resized, torch.stack([-resized[..., 0], resized[..., 1]], -1).flip(0, 1))
    torch.testing.assert_close(resized[0, 0], torch.tensor([-4.0, 1.0]), rtol=0, atol=1e-3)
    torch.testing.assert_close(resized[-1, -1], torch.tensor([4.0, 1.0]), rtol=0, atol=1e-3)


@pytest.mark.parametrize(('name', 'depth'), [
    ('cls_token', 0), ('patch_embed.projection.bias', 0), ('layers.1.gamma_1', 2), ('ln1.weight', 3)])
def test_layers(name, depth):
    model = tiny(final_norm=True)
    assert name in dict(model.named_parameters())
    assert model.layer_of(name, 2, 'layer_wise') == depth
