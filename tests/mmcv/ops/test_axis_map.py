"""Linear maps along one axis."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops.axis_map import AxisMap, stacked


def applied(axis, values):
    """The map of values (P), in float64."""
    return (axis.weight.double() * values.double()[axis.index]).sum(1)


def resized(values, size, align_corners):
    square = values.double()[None, None, :, None]
    return F.interpolate(square, (size, 1), mode='bilinear', align_corners=align_corners)[0, 0, :, 0]


@pytest.mark.parametrize(('source', 'size'), [(3, 13), (7, 7), (9, 4), (1, 5), (6, 1), (1, 1), (64, 1023), (65, 513)])
@pytest.mark.parametrize('align_corners', [False, True])
def test_resizes_as_interpolate_does(source, size, align_corners):
    values = torch.randn(source)
    axis = AxisMap.resized(source, size, align_corners, torch.float64)
    torch.testing.assert_close(applied(axis, values), resized(values, size, align_corners))
    single = AxisMap.resized(source, size, align_corners)
    expected = F.interpolate(values[None, None, :, None], (size, 1), mode='bilinear', align_corners=align_corners)
    torch.testing.assert_close(applied(single, values), expected[0, 0, :, 0].double(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('coarse', 'seen', 'kept', 'size'), [
    (5, 40, 37, 80), (5, 40, 40, 23), (6, 6, 5, 9), (9, 4, 4, 7)])
def test_maps_one_after_the_other_are_one_map(coarse, seen, kept, size, align_corners):
    values = torch.randn(coarse)
    first, second = (AxisMap.resized(*sizes, align_corners, torch.float64) for sizes in ((coarse, seen), (kept, size)))
    axis = second.after(first.cut(kept)).flipped()
    expected = resized(resized(values, seen, align_corners)[:kept], size, align_corners).flip(0)
    torch.testing.assert_close(applied(axis, values), expected)
    assert all(len(set(row[row_weight != 0].tolist())) == (row_weight != 0).sum() for row, row_weight in zip(*axis))


@pytest.mark.parametrize('windows', [[(0, 16), (12, 28), (20, 36)], [(0, 16)], [(0, 16), (16, 32)], [(0, 16)] * 2])
def test_windows_are_averaged(windows):
    windows = [slice(*window) for window in windows]
    values = torch.randn(len(windows), 4)
    axis = AxisMap.resized(4, 16, False, torch.float64).averaged(windows, 4)
    total, count = torch.zeros(windows[-1].stop).double(), torch.zeros(windows[-1].stop)
    for window, row in zip(windows, values):
        total[window] += resized(row, 16, False)
        count[window] += 1
    torch.testing.assert_close(applied(axis, values.flatten()), total / count)


def test_the_usual_chain_of_resizings_takes_three_values_at_most():
    axis = AxisMap.resized(512, 1024, False).after(AxisMap.resized(64, 512, False))
    assert axis.index.shape == (1024, 3)
    assert ((axis.weight != 0).sum(1) <= 2).float().mean() > 0.85


def test_values_that_lie_apart():
    values = torch.randn(7)
    axis = AxisMap.resized(7, 20, False)
    apart = torch.zeros(7 * 5)
    apart[::5] = values
    torch.testing.assert_close(applied(axis.spread(5), apart), applied(axis, values), rtol=0, atol=0)


def test_maps_of_several_views_are_filled_up():
    maps = [AxisMap.resized(5, 5, False), AxisMap.resized(3, 5, False)]
    both = stacked(maps)
    assert both.index.shape == both.weight.shape == (2, 5, 2)
    values = torch.randn(5)
    for index, weight, axis in zip(*both, maps):
        torch.testing.assert_close(applied(AxisMap(index, weight), values), applied(axis, values), rtol=0, atol=0)
