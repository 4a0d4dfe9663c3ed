"""Convolutions under kernels of each image's own."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim

from mmseg.models.layers import convolve_each

KERNELS = [(4, 5, 3, 3), (4, 5, 1, 1), (5, 1, 3, 3), (5, 1, 4, 4), (5, 1, 7, 7)]  # (P, C, side, side) of 5 channels


def expected(x, kernels):
    """One image after the other, padded as its docstring says."""
    behind = (kernels.shape[-1] - 1) // 2
    before = kernels.shape[-1] - 1 - behind
    padded = F.pad(x, (before, behind, before, behind))
    groups = 5 // kernels.shape[2]
    return torch.cat([F.conv2d(image[None], own, groups=groups) for image, own in zip(padded, kernels)])


@pytest.mark.parametrize('shape', KERNELS)
def test_each_image_under_its_own(shape):
    x, kernels = torch.randn(3, 5, 6, 9), torch.randn(3, *shape)
    torch.testing.assert_close(convolve_each(x, kernels), expected(x, kernels), rtol=1e-5, atol=1e-5)


class Alone(nn.Module):
    def forward(self, x, kernels):
        return convolve_each(x, kernels)


@pytest.mark.parametrize('shape', KERNELS)
def test_exported_for_any_number_of_images_it_has_no_groups(shape):
    free = {0: Dim.AUTO, 2: Dim.AUTO, 3: Dim.AUTO}
    x, kernels = torch.randn(2, 5, 6, 9), torch.randn(2, *shape)
    program = torch.export.export(Alone(), (x, kernels), dynamic_shapes=(free, {0: Dim.AUTO}))
    assert all(len(node.args) < 7 for node in program.graph.nodes if 'conv' in str(node.target))
    x, kernels = torch.randn(4, 5, 8, 7), torch.randn(4, *shape)
    torch.testing.assert_close(program.module()(x, kernels), expected(x, kernels), rtol=1e-5, atol=1e-5)
