"""Upsampling with a kernel of its own for every pixel."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import CARAFE, carafe


def arguments(samples=2, channels=4, size=(3, 5), kernel=3, groups=2, scale=2, dtype=torch.float32):
    masks = torch.randn(samples, groups * kernel**2, size[0] * scale, size[1] * scale, dtype=dtype)
    return torch.randn(samples, channels, *size, dtype=dtype), masks, kernel, groups, scale


def samples():
    yield arguments()
    yield arguments(1, 2, (2, 3), 3, 1, dtype=torch.float64)
    yield arguments(1, 2, (2, 2), 5, 1, 1)  # a kernel larger than the map
    yield arguments(1, 3, (2, 5), 1, 3, 3)
    yield arguments(0)
    yield arguments(2, 34, (5, 41), 5, 2, 2)  # blocks of every width, several parts of the channels
    yield arguments(1, 9, (4, 18), 3, 1, 4)
    features, masks, *others = arguments(size=(6, 6))
    yield features.to(memory_format=torch.channels_last), masks.mT, *others


def backward_samples():
    for features, masks, *others in samples():
        yield torch.randn(*features.shape[:2], *masks.shape[2:], dtype=features.dtype), features, masks, *others


def invalid():
    features, masks, *others = arguments()
    yield features[0], masks, *others
    yield features[:1], masks, *others
    yield features[:, 1:], masks, *others
    yield features[:, :, 1:], masks, *others
    yield features, masks[:, 1:], *others
    yield features, masks[..., 1:], *others
    yield features, masks.double(), *others
    yield features.long(), masks.long(), *others
    for numbers in ((2, 2, 2), (0, 2, 2), (-1, 2, 2), (3, 0, 2), (3, -2, 2), (3, 1, 2), (3, 2, 0), (2**33 + 1, 2, 2)):
        yield features, masks, *numbers


def invalid_backward():
    features, masks, *others = arguments()
    grad = torch.zeros(2, 4, 6, 10)
    for args in invalid():
        yield grad, *args
    yield grad[:, 1:], features, masks, *others
    yield grad[..., 1:], features, masks, *others
    yield grad.double(), features, masks, *others


SAMPLES = {'carafe': samples, 'carafe_backward': backward_samples}
INVALID = {'carafe': invalid, 'carafe_backward': invalid_backward}
NOT_DIFFERENTIABLE = {'carafe_backward': 'the gradient itself'}


def by_hand(features, masks, kernel, groups, scale):
    """One pixel after the other, as the paper writes it."""
    padded = F.pad(features, [kernel // 2] * 4)
    out = features.new_zeros(*features.shape[:2], *masks.shape[2:])
    for c, y, x in torch.cartesian_prod(*map(torch.arange, out.shape[1:])).tolist():
        group = c // (features.size(1) // groups)
        weights = masks[:, group * kernel**2:(group + 1) * kernel**2, y, x]
        window = padded[:, c, y // scale:y // scale + kernel, x // scale:x // scale + kernel]
        out[:, c, y, x] = (window.flatten(1) * weights).sum(1)
    return out


@pytest.mark.parametrize('shape', [{}, dict(kernel=5, scale=3), dict(groups=1, scale=4), dict(groups=4, kernel=1)])
def test_weighs_the_pixels_around_each(shape):
    args = arguments(dtype=torch.float64, **shape)
    expected = by_hand(*args)
    torch.testing.assert_close(carafe(*args), expected)
    torch.testing.assert_close(CARAFE(*args[2:])(*args[:2]), expected)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('device', ['cpu', pytest.param('cuda', marks=pytest.mark.gpu)])
def test_halves_are_added_up_as_floats(dtype, device):
    features, masks, *others = arguments(2, 20, (9, 20), 5)
    leaves = [tensor.to(device, dtype).requires_grad_() for tensor in (features, masks)]
    exact = [leaf.detach().double().requires_grad_() for leaf in leaves]
    out, expected = carafe(*leaves, *others), carafe(*exact, *others)
    assert out.dtype == dtype
    step = torch.finfo(dtype).eps / 2  # one rounding, of the result
    torch.testing.assert_close(out.double(), expected, rtol=1.01 * step, atol=1e-5)
    grad = torch.randn_like(out)
    slopes = torch.autograd.grad(out, leaves, grad)
    for slope, wanted in zip(slopes, torch.autograd.grad(expected, exact, grad.double())):
        assert slope.dtype == dtype
        torch.testing.assert_close(slope.double(), wanted, rtol=1.01 * step, atol=1e-4)


def test_masks_of_another_type_are_taken():
    features, masks, *others = arguments()
    assert carafe(features.half(), masks, *others).dtype == torch.float16  # autocast: the softmax is single


@pytest.mark.parametrize(('change', 'message'), [
    (dict(kernel_size=4), 'kernel_size is 4, group_size 2 and scale_factor 2; they must be positive, and kernel_'),
    (dict(scale_factor=0), 'kernel_size is 3, group_size 2 and scale_factor 0; '),
    (dict(group_size=3), r'features is torch.float32 \(2, 4, 3, 5\); .* C a multiple of group_size=3'),
    (dict(scale_factor=1), r'masks is \(2, 18, 6, 10\); for features \(2, 4, 3, 5\) it must be \(2, 18, 3, 5\)'),
])
def test_wrong_arguments_are_one_clear_line(change, message):
    features, masks, kernel_size, group_size, scale_factor = arguments()
    numbers = dict(kernel_size=kernel_size, group_size=group_size, scale_factor=scale_factor)
    with pytest.raises(ValueError, match=f'^carafe: {message}'):
        carafe(features, masks, **{**numbers, **change})
