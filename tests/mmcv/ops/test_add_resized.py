"""A map plus a coarser one that is resized on the way."""

import pytest
import torch
import torch.nn.functional as F
from layer_calls import Calls

from mmcv.ops import add_resized, has_kernel

# x and the sizes of maps: whole and odd ratios, shrinking, the same size, one row, one pixel, several, an empty batch.
CASES = [((2, 3, 6, 8), [(3, 4)]), ((1, 2, 7, 5), [(3, 4), (1, 2)]), ((1, 2, 4, 3), [(9, 5)]),
         ((1, 3, 4, 5), [(4, 5)]), ((1, 2, 5, 4), [(1, 3), (1, 1)]), ((0, 2, 4, 4), [(2, 2)])]
LARGE = [((2, 37, 33, 20), [(9, 5), (17, 10)]), ((1, 256, 16, 16), [(8, 8), (4, 4), (2, 2)])]


def arguments(case, like=torch.float32, layout=torch.contiguous_format):
    (images, channels, *size), coarse = case
    x, *maps = (torch.randn(images, channels, *sides).to(like, memory_format=layout) for sides in (size, *coarse))
    return x, maps


def samples():
    for case in CASES + LARGE:
        for align_corners in (False, True):
            yield *arguments(case, torch.float64 if align_corners else torch.float32), align_corners
            yield *arguments(case, layout=torch.channels_last), align_corners
    x, map_ = torch.randn(1, 6, 9, 8), torch.randn(1, 1, 4, 4)
    yield x[:, ::2, 1:, ::2], [map_.expand(-1, 3, -1, -1)], False


def invalid():
    x, (map_,) = arguments(CASES[0])
    yield x[0], [map_], False
    yield x, [], False
    yield x, [map_, map_[0]], False
    yield x, [map_[:1]], False
    yield x, [map_[:, :2]], False
    yield x[:, :0], [map_[:, :0]], False
    yield x, [map_[:, :, :0]], False
    yield x[..., :0], [map_], False
    yield x, [map_.double()], False
    yield x.half(), [map_.half()], False


SAMPLES = {'add_resized': samples}
INVALID = {'add_resized': invalid}


def plain(x, maps, align_corners=False):
    for map_ in maps:
        x = x + F.interpolate(map_, x.shape[2:], mode='bilinear', align_corners=align_corners)
    return x


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('case', CASES + LARGE)
def test_equals_torch_with_all_gradients(case, align_corners):
    x, maps = arguments(case, torch.float64)
    inputs = [each.requires_grad_() for each in (x, *maps)]
    y, expected = torch.ops.mmcv.add_resized(x, maps, align_corners), plain(x, maps, align_corners)
    torch.testing.assert_close(y, expected)
    grad = torch.randn_like(expected)
    torch.testing.assert_close(torch.autograd.grad(y, inputs, grad), torch.autograd.grad(expected, inputs, grad))


@pytest.mark.parametrize('value', [float('inf'), float('nan')])
def test_what_is_not_finite_spreads_as_in_torch(value):
    x, maps = arguments(LARGE[0], layout=torch.channels_last)
    maps[1][0, 1, 2, 3] = value
    with torch.no_grad():
        torch.testing.assert_close(add_resized(x, maps), plain(x, maps), equal_nan=True)


@pytest.mark.skipif(not has_kernel('add_resized', torch.zeros(1)), reason='no compiled kernel')
def test_maps_that_lie_channels_last_are_resized_on_the_way():
    x, maps = arguments(LARGE[0], layout=torch.channels_last)
    kept, resizes = x.clone(), []
    for grad, map_ in ((False, x), (True, x), (False, x.contiguous())):
        with torch.set_grad_enabled(grad), Calls() as seen:
            y = add_resized(map_, iter(maps))
        resizes.append(seen.names.count('interpolate'))
        torch.testing.assert_close(y, plain(x, maps))
        assert y.stride() == map_.stride()
    assert resizes == [0, 2, 2]
    assert torch.equal(x, kept)


def test_a_map_of_ones_own_is_changed_where_torch_resizes():
    x, maps = arguments(CASES[1])
    expected = plain(x, maps, True)
    assert add_resized(x, [], own=True) is x
    assert add_resized(x, maps, True, own=True) is x
    torch.testing.assert_close(x, expected)
