"""Upsampling layers that configs name."""

from typing import Any

import torch
from torch import nn

from mmcv.cnn.weight_init import xavier_init

from .registry import UPSAMPLE_LAYERS, build_layer, find

UPSAMPLE_LAYERS.register_module(['nearest', 'bilinear'], module=nn.Upsample)
UPSAMPLE_LAYERS.register_module('deconv', module=nn.ConvTranspose2d)
UPSAMPLE_LAYERS.register_module('deconv3d', module=nn.ConvTranspose3d)


@UPSAMPLE_LAYERS.register_module('pixel_shuffle')
class PixelShufflePack(nn.Module):
    """Convolution to ``scale_factor**2`` times the channels, then pixel shuffle (https://arxiv.org/abs/1609.05158).

    Args:
        in_channels, out_channels: C and K.
        scale_factor: how many times as high and wide the result is.
        upsample_kernel: size of the convolution's kernel.
    """

    def __init__(self, in_channels: int, out_channels: int, scale_factor: int, upsample_kernel: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.scale_factor = scale_factor
        self.upsample_kernel = upsample_kernel
        self.upsample_conv = nn.Conv2d(
            in_channels, out_channels * scale_factor**2, upsample_kernel, padding=(upsample_kernel - 1) // 2
        )
        self.init_weights()

    def init_weights(self) -> None:
        """Xavier, from a uniform distribution."""
        xavier_init(self.upsample_conv, distribution='uniform')

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, K, scale_factor * H, scale_factor * W)."""
        return nn.functional.pixel_shuffle(self.upsample_conv(x), self.scale_factor)


def build_upsample_layer(cfg: dict, *args: Any, **kwargs: Any) -> nn.Module:
    """Build an upsampling layer, for example of ``dict(type='bilinear', scale_factor=2, align_corners=False)``."""
    if find(cfg, UPSAMPLE_LAYERS) is nn.Upsample:
        kwargs['mode'] = cfg['type']
    return build_layer(cfg, UPSAMPLE_LAYERS, *args, **kwargs)
