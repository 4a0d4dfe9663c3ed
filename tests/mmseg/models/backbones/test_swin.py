"""The Swin transformer."""
import pytest
import torch
import torch.nn.functional as F

from mmseg.models import SwinTransformer
from mmseg.models.backbones.swin import SwinBlockSequence
from mmseg.models.layers.relative_position import relative_position_index
from mmseg.models.layers.window_attention import ShiftWindowMSA, WindowMSA

TINY = {
    'type': 'SwinTransformer', 'embed_dims': 4, 'depths': (2, 1, 1, 1), 'num_heads': (1, 2, 2, 4), 'window_size': 3,
    'mlp_ratio': 2,
}

SAMPLES = {
    'four stages': {
        'model': {'backbone': TINY, 'decode_head': {'type': 'SegformerHead', 'in_index': (0, 1, 2, 3)}},
        'compiles': True,
    },
    'two stages': {
        'model': {
            'backbone': {
                **TINY, 'depths': (2, 2), 'num_heads': (1, 2), 'strides': (4, 2), 'out_indices': (1,),
                'use_abs_pos_embed': True, 'pretrain_img_size': (64, 96), 'patch_norm': False, 'qkv_bias': False,
                'drop_rate': 0.1, 'attn_drop_rate': 0.1, 'drop_path_rate': 0.2,
            },
        },
    },
}


def tiny(**options):
    return SwinTransformer(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_biases_are_looked_up_by_offset():
    index = relative_position_index((2, 3)).reshape(2, 3, 2, 3)
    assert index[0, 0, 0, 0] == index[1, 2, 1, 2] == 1 * 5 + 2  # no offset: in the middle of a table of 3 x 5
    assert index[1, 2, 0, 0] == 14
    assert index[0, 0, 1, 2] == 0
    assert index[0, 1, 0, 0] == index[1, 2, 1, 1] == 8


@pytest.mark.parametrize('shift', [0, 1])
def test_windows_against_a_loop_over_tokens(shift):
    """A token sees those of its own window that are its neighbours in the image."""
    torch.manual_seed(0)
    height, width, size = 5, 7, 3
    attention = ShiftWindowMSA(4, 2, size, shift).double()
    for p in attention.parameters():
        torch.nn.init.normal_(p)
    x = torch.randn(1, height * width, 4, dtype=torch.float64)
    actual = attention(x, (height, width)).reshape(height, width, 4)

    inner = attention.w_msa
    padded = F.pad(x.reshape(height, width, 4), (0, 0, 0, 2, 0, 1))  # (6, 9, 4)
    q, k, v = inner.qkv(padded).unflatten(2, (3, 2, 2)).unbind(2)  # (6, 9, heads, channels)
    table = inner.relative_position_bias_table.reshape(5, 5, 2)

    def window(y, x):
        """Where the borders are; what comes in over the edge of the map is another window."""
        return (y - shift) // size, (x - shift) // size

    cells = [(y, x) for y in range(6) for x in range(9)]
    for y, x in [(0, 0), (2, 3), (4, 6), (3, 1)]:
        seen = [cell for cell in cells if window(*cell) == window(y, x)]
        scores = torch.stack([(q[y, x] * k[j]).sum(1) / 2**0.5 + table[y - j[0] + 2, x - j[1] + 2] for j in seen])
        weights = scores.softmax(0)  # (cells, heads)
        expected = inner.proj(sum(w[:, None] * v[j] for w, j in zip(weights, seen)).flatten())
        torch.testing.assert_close(actual[y, x], expected, rtol=0, atol=1e-9)


def test_masks_are_those_of_each_image():
    attention = WindowMSA(4, 2, (2, 2))
    x, mask = torch.randn(6, 4, 4), -100.0 * torch.randint(0, 2, (3, 4, 4))
    torch.testing.assert_close(attention(x, mask)[3:], attention(x[3:], mask))


def test_dropout_of_weights_only_in_training():
    attention = WindowMSA(4, 2, (2, 2), attn_drop_rate=0.5)
    x = torch.randn(6, 4, 4)
    assert not torch.equal(attention(x), attention(x))
    attention.eval()
    assert torch.equal(attention(x), attention(x))


def test_biases_of_another_window(tmp_path):
    state = tiny(window_size=2).state_dict()
    key = 'stages.0.blocks.1.attn.w_msa.relative_position_bias_table'
    state[key] = table = torch.randn(9, 1)
    torch.save({'model': {f'backbone.{name}': value for name, value in state.items()}}, tmp_path / 'swin.pth')
    model = tiny(pretrained=str(tmp_path / 'swin.pth'))
    model.init_weights()
    expected = F.interpolate(table.reshape(1, 1, 3, 3), (5, 5), mode='bicubic').flatten()
    torch.testing.assert_close(model.state_dict()[key].flatten(), expected)
    index = model.stages[0].blocks[0].attn.w_msa.relative_position_index
    assert torch.equal(index, relative_position_index((3, 3)))


def test_positions_of_another_size():
    model = tiny(use_abs_pos_embed=True, pretrain_img_size=(32, 64)).eval()
    torch.nn.init.constant_(model.absolute_pos_embed, 0.5)
    maps = model(torch.randn(1, 3, 40, 24))
    assert tuple(maps[0].shape) == (1, 4, 10, 6)
    assert tuple(model.resize_weight('absolute_pos_embed', torch.randn(1, 16, 4)).shape) == (1, 8 * 16, 4)


def test_frozen_stages():
    model = tiny(frozen_stages=1, use_abs_pos_embed=True, pretrain_img_size=32).train()
    assert {name.partition('.')[0] for name, p in model.named_parameters() if not p.requires_grad} == {
        'absolute_pos_embed', 'patch_embed', 'stages', 'norm0'}
    assert all(p.requires_grad for p in model.stages[1].parameters())
    assert not model.stages[0].training
    assert model.stages[1].training


@pytest.mark.parametrize(('options', 'message'), [
    (dict(patch_size=2), r'strides\[0\] is 4; it has to be patch_size, 2'),
    (dict(num_heads=(1, 2)), '4 depths need as many num_heads and strides, not 2 and 4'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)


def test_bad_arguments_of_parts():
    with pytest.raises(ValueError, match='shift_size is 3; use 0 to 2'):
        ShiftWindowMSA(4, 2, 3, 3)
    with pytest.raises(ValueError, match='drop_path_rate has 1 entries for 2 blocks'):
        SwinBlockSequence(4, 2, 8, 2, drop_path_rate=[0.1])

def test_maps_lie_as_the_image_does():
    model, img = tiny().eval(), torch.randn(1, 3, 64, 96)
    last = img.contiguous(memory_format=torch.channels_last)
    for expected, map_ in zip(model(img), model(last)):
        assert expected.is_contiguous()
        assert map_.is_contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(map_, expected, rtol=1e-4, atol=1e-5)
