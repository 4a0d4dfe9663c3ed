"""The mix transformer."""
import pytest
import torch

from mmseg.models import MixVisionTransformer
from mmseg.models.backbones.mit import MixFFN

TINY = {
    'type': 'MixVisionTransformer', 'embed_dims': 4, 'num_layers': (1, 1, 1, 1), 'num_heads': (1, 2, 2, 4),
    'mlp_ratio': 2,
}
HEAD = {'type': 'SegformerHead', 'in_index': (0, 1, 2, 3)}

SAMPLES = {
    'segformer': {'model': {'backbone': TINY, 'decode_head': HEAD}, 'compiles': True},
    'two stages': {
        'model': {
            'backbone': {
                'type': 'MixVisionTransformer', 'embed_dims': 4, 'num_stages': 2, 'num_layers': (1, 2),
                'num_heads': (1, 2), 'patch_sizes': (7, 3), 'strides': (4, 2), 'sr_ratios': (2, 1),
                'out_indices': (1,), 'qkv_bias': False, 'drop_path_rate': 0.5, 'drop_rate': 0.1, 'attn_drop_rate': 0.1,
            },
        },
    },
}


def tiny(**options):
    return MixVisionTransformer(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_maps_are_tokens_in_place():
    """A stage's map is the memory of its tokens."""
    maps = tiny()(torch.randn(2, 3, 64, 96))
    assert [tuple(x.shape) for x in maps] == [(2, 4, 16, 24), (2, 8, 8, 12), (2, 8, 4, 6), (2, 16, 2, 3)]
    assert all(x.is_contiguous(memory_format=torch.channels_last) for x in maps)


def test_zero_padding_tells_tokens_where_they_are():
    ffn = MixFFN(4, 8)
    out = ffn(torch.ones(1, 25, 4), (5, 5)).unflatten(1, (5, 5))
    torch.testing.assert_close(out[:, 1:4, 1:4], out[:, 2:3, 2:3].expand(-1, 3, 3, -1))
    assert not torch.allclose(out[:, 0, 0], out[:, 2, 2])


def test_layers_are_left_out_the_more_the_deeper():
    model = tiny(drop_path_rate=0.3)
    rates = [blocks[0].attn.dropout_layer.drop_prob for _, blocks, _ in model.layers]
    assert rates == pytest.approx([0, 0.1, 0.2, 0.3])


@pytest.mark.parametrize(('options', 'message'), [
    (dict(num_layers=(1, 1)), 'num_stages is 4, but num_layers has 2'),
    (dict(out_indices=(0, 4)), r'out_indices is \(0, 4\), but there are 4 stages'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)
