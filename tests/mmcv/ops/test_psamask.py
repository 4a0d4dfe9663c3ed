"""Point-wise spatial attention."""

import pytest
import torch

from mmcv.ops import PSAMask, psamask


def samples():
    for psa_type in (0, 1):
        yield torch.randn(2, 5 * 3, 3, 4), psa_type, 5, 3
        yield torch.randn(1, 4, 2, 3, dtype=torch.float64), psa_type, 2, 2
        yield torch.randn(1, 7 * 9, 2, 3), psa_type, 7, 9  # beyond the map on all sides
        yield torch.randn(0, 9, 2, 3), psa_type, 3, 3
        yield torch.randn(2, 9, 0, 3), psa_type, 3, 3
        yield torch.randn(2, 9, 4, 3).transpose(2, 3), psa_type, 3, 3
        yield torch.randn(2, 9, 3, 4).to(memory_format=torch.channels_last), psa_type, 3, 3


def grad_samples():
    for masks, *others in samples():
        batch, _, height, width = masks.shape
        yield torch.randn(batch, height * width, height, width, dtype=masks.dtype), *others


def invalid():
    yield torch.zeros(1, 8, 3, 3), 0, 3, 3
    yield torch.zeros(1, 9, 3), 0, 3, 3
    yield torch.zeros(1, 9, 3, 3), 2, 3, 3
    yield torch.zeros(1, 9, 3, 3), 0, -3, -3
    yield torch.zeros(1, 9, 3, 3).long(), 0, 3, 3


def invalid_grads():
    yield torch.zeros(1, 8, 3, 3), 0, 3, 3
    yield torch.zeros(9, 3, 3), 0, 3, 3
    yield torch.zeros(1, 9, 3, 3), -1, 3, 3
    yield torch.zeros(1, 9, 3, 3), 0, 0, 3
    yield torch.zeros(1, 9, 3, 3).long(), 0, 3, 3


SAMPLES = {'psamask': samples, 'psamask_backward': grad_samples}
INVALID = {'psamask': invalid, 'psamask_backward': invalid_grads}


@pytest.mark.parametrize('mask_size', [(3, 5), (2, 4), (7, 7)])
@pytest.mark.parametrize('psa_type', ['collect', 'distribute'])
def test_moves_each_logit_to_the_pair_that_it_is_for(psa_type, mask_size):
    (height, width), (rows, columns) = mask_size, (3, 4)
    masks = torch.randn(2, height * width, rows, columns)
    expected = torch.zeros(2, rows, columns, rows, columns)
    for y in range(rows):
        for x in range(columns):
            for v in range(rows):
                for u in range(columns):
                    i, j = v - y + (height - 1) // 2, u - x + (width - 1) // 2
                    if 0 <= i < height and 0 <= j < width:
                        place = (v, u, y, x) if psa_type == 'collect' else (y, x, v, u)
                        expected[(slice(None), *place)] = masks[:, i * width + j, y, x]
    actual = psamask(masks, psa_type, mask_size)
    torch.testing.assert_close(actual, expected.view(2, rows * columns, rows, columns), rtol=0, atol=0)


def test_module_is_the_function():
    masks = torch.randn(1, 9, 2, 3)
    torch.testing.assert_close(PSAMask('distribute', 3)(masks), psamask(masks, 'distribute', (3, 3)))
    assert repr(PSAMask('collect', (3, 5))) == "PSAMask(psa_type='collect', mask_size=(3, 5))"


@pytest.mark.parametrize(('shape', 'psa_type', 'mask_size', 'message'), [
    ((1, 8, 3, 3), 'collect', 3, r'input is \(1, 8, 3, 3\); masks of 3x3 must be \(N, 9, H, W\)'),
    ((9, 3, 3), 'collect', 3, r'input is \(9, 3, 3\)'),
    ((1, 9, 3, 3), 'both', 3, "psa_type is 'both'; use 'collect' or 'distribute'"),
])
def test_wrong_arguments_are_one_clear_line(shape, psa_type, mask_size, message):
    with pytest.raises(ValueError, match=rf'^psamask: {message}'):
        psamask(torch.zeros(shape), psa_type, mask_size)


def test_module_refuses_an_unknown_type():
    with pytest.raises(ValueError, match=r"^PSAMask: psa_type is 'both'"):
        PSAMask('both', 3)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_types(dtype):
    masks = torch.randn(2, 15, 4, 5).to(dtype).requires_grad_()
    out = psamask(masks, 'collect', (3, 5))
    assert out.dtype == dtype
    torch.testing.assert_close(out.float(), psamask(masks.float(), 'collect', (3, 5)))
    out.sum().backward()
    assert masks.grad.dtype == dtype
