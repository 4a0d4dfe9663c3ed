"""Padding until a window covers the map."""
import pytest
import torch

from mmcv.cnn.bricks.adaptive_padding import AdaptivePadding


@pytest.mark.parametrize(('kernel', 'stride', 'dilation', 'size', 'expected'), [
    (16, 16, 1, (15, 17), (16, 32)),
    (16, 16, 1, (16, 16), (16, 16)),
    ((2, 2), (2, 2), 1, (11, 13), (12, 14)),
    (3, (1, 2), 1, (5, 6), (7, 7)),
    (3, 1, 2, (5, 6), (9, 10)),
    (1, 2, 1, (6, 7), (6, 7)),
])
@pytest.mark.parametrize('mode', ['corner', 'same'])
def test_padding(kernel, stride, dilation, size, expected, mode):
    x = torch.rand(1, 2, *size) + 1
    out = AdaptivePadding(kernel, stride, dilation, mode)(x)
    assert out.shape[2:] == expected
    rows, columns = ((b - a) // 2 if mode == 'same' else 0 for a, b in zip(size, expected))
    assert torch.equal(out[:, :, rows:rows + size[0], columns:columns + size[1]], x)
    assert out.sum() == pytest.approx(x.sum().item(), rel=1e-5)


def test_unknown_padding():
    with pytest.raises(ValueError, match='corner'):
        AdaptivePadding(padding='middle')
