"""Features at points between the pixels."""

import pytest
import torch

from mmcv.ops import bilinear_grid_sample, point_sample, rel_roi_point_to_rel_img_point


def ramp(height=4, width=5):
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing='ij')
    return torch.stack([x, y])[None]


@pytest.mark.parametrize(('align_corners', 'pixels'), [(False, (5, 4)), (True, (4, 3))])
def test_interpolates_between_the_pixels(align_corners, pixels):
    points = 0.2 + 0.6 * torch.rand(1, 7, 2)
    expected = points * torch.tensor(pixels) - (0 if align_corners else 0.5)
    actual = point_sample(ramp(), points, align_corners=align_corners)
    torch.testing.assert_close(actual, expected.transpose(1, 2))


def test_grids_of_points_and_other_modes():
    points = torch.tensor([[[[0.1, 0.1], [0.95, 0.4]]]])
    out = point_sample(ramp(), points, mode='nearest')
    torch.testing.assert_close(out, torch.tensor([[[[0.0, 4.0]], [[0.0, 1.0]]]]))
    assert not point_sample(ramp(), points + 2).any()
    assert point_sample(ramp(), points + 2, padding_mode='border').flatten().tolist() == [4, 4, 3, 3]


@pytest.mark.parametrize(('align_corners', 'pixels'), [(False, (5, 4)), (True, (4, 3))])
def test_grids_from_minus_one_to_one(align_corners, pixels):
    grid = 0.6 * torch.rand(1, 2, 3, 2) - 0.3
    expected = (grid + 1) / 2 * torch.tensor(pixels) - (0 if align_corners else 0.5)
    actual = bilinear_grid_sample(ramp(), grid, align_corners)
    torch.testing.assert_close(actual, expected.movedim(-1, 1))
    assert not bilinear_grid_sample(ramp(), grid + 3).any()


def test_gradients_reach_the_map_and_the_points():
    x, points = torch.randn(2, 3, 4, 5, dtype=torch.float64), 0.2 + 0.6 * torch.rand(2, 3, 2, dtype=torch.float64)
    assert torch.autograd.gradcheck(point_sample, (x.requires_grad_(), points.requires_grad_()))


@pytest.mark.parametrize('rois', [torch.tensor([[2.0, 4, 6, 12]]), torch.tensor([[0, 2.0, 4, 6, 12]])])
@pytest.mark.parametrize('img', [(4, 8), torch.zeros(1, 3, 4, 8)])
def test_points_in_boxes_become_points_in_the_image(rois, img):
    points = torch.tensor([[[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]]])
    actual = rel_roi_point_to_rel_img_point(rois, points, img, spatial_scale=0.5)
    torch.testing.assert_close(actual, torch.tensor([[[1.0, 2.0], [2.0, 3.0], [3.0, 6.0]]]) / torch.tensor([8.0, 4.0]))


@pytest.mark.parametrize('points', [(2, 3, 2), (1, 3, 3), (1, 2)])
def test_wrong_shapes_are_one_clear_line(points):
    with pytest.raises(ValueError, match=r'^point_sample: input is \(1, 2, 4, 5\) and points .* must be'):
        point_sample(ramp(), torch.zeros(points))
