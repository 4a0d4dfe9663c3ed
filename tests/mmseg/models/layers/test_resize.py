"""Resizing (when it warns is in tests/mmseg/models/losses, with the golden cases)."""
import warnings

import pytest
import torch
import torch.nn.functional as F

from mmseg.models.layers import Upsample, resize


def test_resize_is_interpolation():
    x = torch.randn(1, 2, 5, 7)
    expected = F.interpolate(x, (9, 11), mode='bilinear', align_corners=False)
    torch.testing.assert_close(resize(x, (9, 11), mode='bilinear', align_corners=False), expected)
    torch.testing.assert_close(resize(x, scale_factor=2), F.interpolate(x, scale_factor=2))


@pytest.mark.parametrize(('size', 'options'), [((34, 50), {'warning': False}), ((34, 50), {'align_corners': False})])
def test_resize_keeps_quiet(size, options):
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        resize(torch.zeros(1, 1, 9, 13), size, **{'mode': 'bilinear', 'align_corners': True, **options})


@pytest.mark.parametrize(
    ('options', 'size'),
    [
        ({'scale_factor': 2}, (10, 14)),
        ({'scale_factor': 1.5}, (7, 10)),
        ({'scale_factor': (1.5, 3)}, (7, 21)),
        ({'size': (3, 4)}, (3, 4)),
    ],
)
def test_upsample(options, size):
    assert Upsample(mode='bilinear', align_corners=False, **options)(torch.zeros(1, 2, 5, 7)).shape[2:] == size
