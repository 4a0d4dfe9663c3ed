"""Attention within windows that knows no positions."""
import pytest
import torch
import torch.nn.functional as F

from mmseg.models.layers.grouped_attention import LocallyGroupedSelfAttention


def by_hand(attention, x, hw_shape, seen):
    """Token by token: each looks at the cells ``seen(y, x)`` of the padded map."""
    (height, width), size = hw_shape, attention.window_size
    padded = F.pad(x.reshape(height, width, -1), (0, 0, 0, -width % size, 0, -height % size))
    q, k, v = attention.qkv(padded).unflatten(2, (3, attention.num_heads, -1)).unbind(2)
    out = []
    for cell in [(row, column) for row in range(height) for column in range(width)]:
        others = seen(*cell)
        scores = torch.stack([(q[cell] * k[other]).sum(1) * attention.scale for other in others])
        out.append(sum(w[:, None] * v[other] for w, other in zip(scores.softmax(0), others)).flatten())
    return attention.proj(torch.stack(out))


@pytest.mark.parametrize(('hw_shape', 'padding_is_seen'), [((5, 7), False), ((6, 7), True), ((5, 6), True)])
def test_against_a_loop_over_tokens(hw_shape, padding_is_seen):
    torch.manual_seed(0)
    height, width = hw_shape
    attention = LocallyGroupedSelfAttention(4, 2, True, window_size=3).double()
    for p in attention.parameters():
        torch.nn.init.normal_(p)

    def seen(row, column):
        cells = [(row // 3 * 3 + i, column // 3 * 3 + j) for i in range(3) for j in range(3)]
        return [(y, x) for y, x in cells if padding_is_seen or (y < height and x < width)]

    x = torch.randn(2, height * width, 4, dtype=torch.float64)
    actual = attention(x, hw_shape)
    for image, out in zip(x, actual):
        torch.testing.assert_close(out, by_hand(attention, image, hw_shape, seen), rtol=0, atol=1e-9)


def test_dropout_of_weights_only_in_training():
    attention = LocallyGroupedSelfAttention(4, 2, attn_drop_rate=0.5, window_size=2)
    x = torch.randn(2, 16, 4)
    assert not torch.equal(attention(x, (4, 4)), attention(x, (4, 4)))
    attention.eval()
    assert torch.equal(attention(x, (4, 4)), attention(x, (4, 4)))


def test_heads_that_do_not_share_the_channels():
    with pytest.raises(ValueError, match='num_heads is 3; it has to divide embed_dims, 8'):
        LocallyGroupedSelfAttention(8, 3)
