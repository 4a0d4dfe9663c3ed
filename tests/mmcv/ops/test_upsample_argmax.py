"""Label maps of upsampled logits."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import _load, upsample_argmax

# Odd sizes, enlarging and shrinking, one row, one column, one pixel, one class, an empty batch, several threads.
SHAPES = [((2, 5, 3, 4), (13, 21)), ((1, 3, 7, 9), (7, 9)), ((1, 4, 9, 8), (5, 3)), ((1, 3, 1, 6), (4, 11)),
          ((1, 3, 6, 1), (11, 4)), ((2, 3, 1, 1), (3, 2)), ((1, 1, 4, 5), (8, 10)), ((0, 3, 4, 5), (8, 10)),
          ((1, 19, 17, 33), (65, 129)), ((1, 150, 9, 9), (72, 72))]


def samples():
    for shape, size in SHAPES:
        for align_corners in (False, True):
            yield distinct(shape), *size, align_corners, True
    yield distinct((1, 3, 4, 5), torch.float64), 9, 11, False, False
    yield distinct((2, 4, 3, 5)).to(memory_format=torch.channels_last), 7, 10, False, True
    yield distinct((1, 3, 8, 10))[..., ::2, 1::2], 9, 11, True, True
    yield distinct((1, 300, 2, 2), winner=299), 3, 3, False, True  # more classes than a byte counts


def distinct(shape, dtype=torch.float32, winner=None):
    """Logits of which one class, another for each image, always wins: ties are decided by rounding."""
    winner = torch.randint(shape[1], shape[:1]) if winner is None else torch.full(shape[:1], winner)
    return torch.randn(shape, dtype=dtype) + 40 * F.one_hot(winner, shape[1])[..., None, None].to(dtype)


def invalid():
    logits = torch.zeros(1, 3, 4, 5)
    yield logits[0], 8, 10, False, False
    yield logits[:, :0], 8, 10, False, False
    yield logits[:, :, :0], 8, 10, False, False
    yield logits, 0, 10, False, False
    yield logits, 8, -1, False, False
    yield logits.long(), 8, 10, False, False


SAMPLES = {'upsample_argmax': samples}
INVALID = {'upsample_argmax': invalid}
NOT_DIFFERENTIABLE = {'upsample_argmax': 'a choice of classes'}


@pytest.mark.parametrize(('shape', 'size'), SHAPES)
@pytest.mark.parametrize('align_corners', [False, True])
def test_is_the_argmax_of_the_upsampled_logits_but_for_ties(shape, size, align_corners):
    logits = torch.randn(shape)
    label, probability = upsample_argmax(logits, size, align_corners, probability=True)
    z = F.interpolate(logits, size, mode='bilinear', align_corners=align_corners)
    assert label.shape == (shape[0], *size)
    torch.testing.assert_close(z.gather(1, label[:, None])[:, 0], z.amax(1))
    torch.testing.assert_close(probability, z.softmax(1).amax(1))
    margin = z.topk(min(2, shape[1]), 1).values.diff(dim=1).abs().squeeze(1)
    clear = margin > 1e-5 if shape[1] > 1 else torch.ones_like(label, dtype=torch.bool)
    assert torch.equal(label[clear], z.argmax(1)[clear])


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize(('shape', 'size'), SHAPES)
def test_maps_that_lie_channels_last_have_the_same_labels(shape, size, dtype):
    logits = torch.randn(shape, dtype=dtype)
    expected = upsample_argmax(logits, size, probability=True)
    found = upsample_argmax(logits.to(memory_format=torch.channels_last), size, probability=True)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_the_lowest_class_wins_a_tie():
    assert upsample_argmax(torch.zeros(1, 4, 2, 2), (5, 5)).eq(0).all()


@pytest.mark.parametrize('value', [float('-inf'), float('nan')])
@pytest.mark.parametrize('size', [(4, 5), (8, 10), (9, 13)])
@pytest.mark.parametrize('masked', range(3))
def test_a_masked_class_never_wins(masked, size, value):
    logits = torch.randn(1, 3, 4, 5)
    others = [k for k in range(3) if k != masked]
    expected = torch.tensor(others)[upsample_argmax(logits[:, others], size)]
    logits[:, masked] = value
    assert torch.equal(upsample_argmax(logits, size), expected)


@pytest.mark.parametrize('value', [float('-inf'), float('inf'), float('nan')])
@pytest.mark.parametrize('size', [(4, 5), (8, 10), (9, 13), (3, 7), (12, 15)])
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])  # whose positions torch rounds in different ways
def test_infinities_and_nan_have_the_probabilities_of_plain_pytorch(value, size, align_corners, dtype):
    logits = torch.randn(2, 3, 4, 5, dtype=dtype)
    logits = logits.masked_fill(torch.rand_like(logits) < 0.2, value)
    expected = _load.OPERATORS['upsample_argmax'].reference(logits, *size, align_corners, True)
    torch.testing.assert_close(upsample_argmax(logits, size, align_corners, True), expected, equal_nan=True)
    z = F.interpolate(logits, size, mode='bilinear', align_corners=align_corners)
    torch.testing.assert_close(expected[1], z.softmax(1).amax(1), equal_nan=True)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_halves_are_computed_in_float32(dtype):
    logits = torch.randn(1, 5, 6, 7).to(dtype)
    label, probability = upsample_argmax(logits, (20, 30), probability=True)
    expected = upsample_argmax(logits.float(), (20, 30), probability=True)
    assert torch.equal(label, expected[0])
    assert torch.equal(probability, expected[1])
    assert probability.dtype == torch.float32


@pytest.mark.parametrize(('logits', 'size', 'message'), [
    (torch.zeros(3, 4, 5), (8, 10), r'logits are torch.float32 \(3, 4, 5\); .*\(N, K, h, w\)'),
    (torch.zeros(1, 3, 4, 5).long(), (8, 10), r'logits are torch.int64'),
    (torch.zeros(1, 3, 0, 5), (8, 10), r'one pixel'),
    (torch.zeros(1, 3, 4, 5), (0, 10), r'the size is \(0, 10\); it must be \(H, W\), positive integers'),
    (torch.zeros(1, 3, 4, 5), (8.5, 9), r'the size is \(8.5, 9\); '),
    (torch.zeros(1, 3, 4, 5), 8, 'the size is 8; '),
])
def test_wrong_arguments_are_one_clear_line(logits, size, message):
    with pytest.raises(ValueError, match=rf'^upsample_argmax: .*{message}') as raised:
        upsample_argmax(logits, size)
    assert '\n' not in str(raised.value)
