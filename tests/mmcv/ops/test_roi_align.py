"""Crops of feature maps."""

import pytest
import torch

from mmcv.ops import RoIAlign, SimpleRoIAlign, roi_align


def ramp(samples=2, height=8, width=10):
    """Channels x, y and the sample's index: interpolation is exact on them."""
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing='ij')
    return torch.stack([torch.stack([x, y, torch.full_like(x, n)]) for n in range(samples)])


ROIS = torch.tensor([[1, 4.0, 2, 12, 10], [0, 2.0, 4, 6, 8], [1, 8.0, 8, 16, 12]])  # in an image of twice the size


def centres(rois, size, shift):
    """x and y of the cells' centres on the map; (K, h, w) each."""
    cells = (torch.arange(float(size)) + 0.5) / size
    x, y = ((rois[:, i, None] + cells * (rois[:, i + 2] - rois[:, i])[:, None]) / 2 - shift for i in (1, 2))
    return x[:, None, :].expand(-1, size, -1), y[:, :, None].expand(-1, -1, size)


@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling_ratio', [0, 2])
def test_averages_over_the_cells(aligned, sampling_ratio):
    out = RoIAlign((2, 2), 0.5, sampling_ratio, aligned=aligned)(ramp(), ROIS)
    x, y = centres(ROIS, 2, 0.5 if aligned else 0)
    torch.testing.assert_close(out, torch.stack([x, y, ROIS[:, 0, None, None].expand_as(x)], 1))


def test_simple_roi_align_samples_the_centres():
    out = SimpleRoIAlign(2, 0.5)(ramp(), ROIS)
    x, y = centres(ROIS, 2, 0.5)
    torch.testing.assert_close(out, torch.stack([x, y, ROIS[:, 0, None, None].expand_as(x)], 1))


def test_module_is_the_function():
    x, layer = torch.randn(2, 3, 8, 10), RoIAlign(3, 0.5, 1, use_torchvision=True)
    torch.testing.assert_close(layer(x, ROIS), roi_align(x, ROIS, 3, 0.5, 1))
    assert not layer.state_dict()


@pytest.mark.parametrize(('rois', 'pool_mode', 'message'), [
    ((3, 4), 'avg', r'input is \(1, 2, 4, 4\) and rois \(3, 4\)'),
    ((3, 5), 'max', "pool_mode is 'max'; only 'avg'"),
])
def test_wrong_arguments_are_one_clear_line(rois, pool_mode, message):
    with pytest.raises(ValueError, match=f'^roi_align: {message}'):
        roi_align(torch.zeros(1, 2, 4, 4), torch.zeros(rois), 2, pool_mode=pool_mode)
