"""The encoding layer, against its residuals."""
import pytest
import torch

from mmseg.models.layers import Encoding


def slowly(layer, x):
    residuals = x.flatten(2).mT[:, :, None] - layer.codewords  # (N, L, K, C)
    weights = (layer.scale * residuals.square().sum(3)).softmax(dim=2)
    return (weights[..., None] * residuals).sum(1)


@pytest.mark.parametrize(('channels', 'codes', 'size'), [(8, 3, (5, 7)), (4, 16, (1, 3)), (32, 8, (9, 8))])
def test_equals_residuals(channels, codes, size):
    layer = Encoding(channels, codes).double()
    x = torch.randn(2, channels, *size, dtype=torch.double, requires_grad=True)
    out, expected = layer(x), slowly(layer, x)
    assert out.shape == (2, codes, channels)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(
        *(torch.autograd.grad(y.square().sum(), [x, *layer.parameters()]) for y in (out, expected)))


def test_precision_and_gradient():
    layer = Encoding(64, 32)
    x = 5 + torch.randn(1, 64, 16, 16)  # far from the codewords, where products cancel
    expected = slowly(layer.double(), x.double())
    torch.testing.assert_close(layer.float()(x).double(), expected, atol=2e-5 * expected.abs().max().item(), rtol=0)
    small = Encoding(3, 2).double()
    assert torch.autograd.gradcheck(small, torch.randn(1, 3, 2, 3, dtype=torch.double, requires_grad=True))


def test_start_and_arguments():
    layer = Encoding(16, 4)
    assert layer.codewords.abs().max() <= 64**-0.5
    assert ((layer.scale <= 0) & (layer.scale >= -1)).all()
    assert repr(layer) == 'Encoding(Nx16xHxW => Nx4x16)'
    for shape in ((2, 8, 5, 7), (2, 16, 5)):
        with pytest.raises(ValueError, match='maps of 16 channels'):
            layer(torch.randn(shape))
