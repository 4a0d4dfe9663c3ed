"""What a backbone is asked without computing anything."""

import pytest
import torch
from torch import nn

from mmseg.models.builder import BACKBONES
from mmseg.models.probe import image_channels


class Prepared(nn.Module):
    """A backbone that changes the image before its first convolution."""

    def __init__(self, prepare, channels, kernel=3):
        super().__init__()
        self.prepare, self.conv = prepare, nn.Conv2d(channels, 8, kernel)

    def forward(self, x):
        return [self.conv(self.prepare(x))]


class ColourAndDepth(nn.Module):
    def __init__(self):
        super().__init__()
        self.colour, self.depth = nn.Conv2d(3, 8, 3), nn.Conv2d(1, 8, 3)

    def forward(self, x):
        return [self.colour(x[:, :3]), self.depth(x[:, 3:])]


def with_positions(x):
    return torch.cat((x, x.new_zeros(len(x), 2, *x.shape[2:])), 1)


@pytest.mark.parametrize(('backbone', 'channels'), [
    (Prepared(nn.Identity(), 3), 3),
    (Prepared(nn.Identity(), 1), 1),
    (Prepared(nn.PixelUnshuffle(4), 48), 3),
    (Prepared(nn.PixelUnshuffle(2), 16), 4),
    (Prepared(nn.PixelUnshuffle(2), 13), None),  # takes no image at all
    (Prepared(with_positions, 5), 3),
    (ColourAndDepth(), 4),
    (Prepared(lambda x: x[:, :2], 3), None),
    (nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, 8)), None),
])
def test_channels_of_the_image(backbone, channels):
    assert image_channels(nn.ModuleDict({'backbone': backbone})) == channels


def test_channels_of_a_network_that_turns_pixels_into_channels():
    pytest.importorskip('timm')
    for channels in (3, 5):
        backbone = BACKBONES.build({
            'type': 'TIMMBackbone', 'model_name': 'tresnet_m', 'pretrained': False, 'in_channels': channels})
        assert image_channels(nn.ModuleDict({'backbone': backbone})) == channels
