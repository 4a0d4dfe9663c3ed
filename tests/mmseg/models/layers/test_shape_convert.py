"""Maps to tokens and back."""
import pytest
import torch
from torch import nn

from mmseg.models.layers import laid_like, nchw2nlc2nchw, nchw_to_nlc, nlc2nchw2nlc, nlc_to_nchw


def test_there_and_back():
    x = torch.randn(2, 4, 3, 5)
    tokens = nchw_to_nlc(x)
    assert tokens.is_contiguous()
    assert tokens.shape == (2, 15, 4)
    assert torch.equal(tokens[:, 7], x[:, :, 1, 2])
    assert torch.equal(nlc_to_nchw(tokens, (3, 5)), x)


@pytest.mark.parametrize('contiguous', [False, True])
def test_modules_of_the_other_kind(contiguous):
    x = torch.randn(2, 4, 3, 5)
    seen = []

    def double(y, by=2):
        seen.append(y.is_contiguous())
        return y * by

    out = nchw2nlc2nchw(double, x, contiguous, by=3)
    assert torch.equal(out, 3 * x)
    tokens = nchw_to_nlc(x)
    back = nlc2nchw2nlc(double, tokens, (3, 5), contiguous, by=3)
    assert torch.equal(back, 3 * tokens)
    if contiguous:
        assert seen == [True, True]
        assert out.is_contiguous()
        assert back.is_contiguous()
    norm, conv = nn.LayerNorm(4), nn.Conv2d(4, 6, 3, padding=1)
    torch.testing.assert_close(nchw2nlc2nchw(norm, x, contiguous), norm(x.movedim(1, -1)).movedim(-1, 1))
    torch.testing.assert_close(nlc2nchw2nlc(conv, tokens, (3, 5), contiguous), conv(x).flatten(2).mT)


def test_wrong_sizes():
    for x, size in ((torch.randn(2, 15, 4), (4, 5)), (torch.randn(2, 15), (3, 5))):
        with pytest.raises(ValueError, match=f'no map of {size[0]} x 5 cells'):
            nlc_to_nchw(x, size)
    with pytest.raises(ValueError, match='four dimensions'):
        nchw_to_nlc(torch.randn(2, 15, 4))


@pytest.mark.parametrize('images', [1, 2])
def test_a_map_of_tokens_is_their_memory_and_channels_last_by_its_strides(images):
    tokens = torch.randn(images, 15, 6)
    map_ = nlc_to_nchw(tokens, (3, 5))
    assert map_.data_ptr() == tokens.data_ptr()
    assert map_.stride() == (90, 1, 30, 6)
    last = torch.zeros(images, 3, 8, 8).contiguous(memory_format=torch.channels_last)
    assert laid_like(map_, last) is map_
    assert laid_like(map_, torch.zeros(images, 3, 8, 8)).is_contiguous()
