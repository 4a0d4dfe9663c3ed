"""Attention of several heads."""
import torch

from mmseg.models.layers.self_attention import attend


def test_head_by_head():
    q, k, v = torch.randn(3, 2, 5, 8, dtype=torch.float64)
    bias = torch.randn(1, 4, 5, 5, dtype=torch.float64)
    expected = []
    for head in range(4):
        own = slice(2 * head, 2 * head + 2)
        weights = (0.3 * q[..., own] @ k[..., own].mT + bias[:, head]).softmax(-1)
        expected.append(weights @ v[..., own])
    torch.testing.assert_close(attend(torch.cat([q, k, v], -1), 4, 0.3, bias), torch.cat(expected, -1))
    assert not torch.equal(attend(torch.cat([q, k, v], -1), 4, 0.3, bias, 0.5), torch.cat(expected, -1))
