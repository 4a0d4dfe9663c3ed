"""Upsampling layers that configs name."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.weight_init import normal_init, xavier_init
from mmcv.ops import carafe

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


@UPSAMPLE_LAYERS.register_module('carafe')
class CARAFEPack(nn.Module):
    """:func:`mmcv.ops.carafe` with the kernels that two convolutions make of the map (https://arxiv.org/abs/1905.02188).

    Args:
        channels: C.
        scale_factor: how many times as high and wide the result is.
        up_kernel: size of the kernels, odd.
        up_group: groups of channels with kernels of their own.
        encoder_kernel, encoder_dilation: of the convolution that makes the kernels.
        compressed_channels: its input channels.
    """

    def __init__(self, channels: int, scale_factor: int, up_kernel: int = 5, up_group: int = 1, encoder_kernel: int = 3,
                 encoder_dilation: int = 1, compressed_channels: int = 64) -> None:
        super().__init__()
        self.channels = channels
        self.scale_factor = scale_factor
        self.up_kernel = up_kernel
        self.up_group = up_group
        self.encoder_kernel = encoder_kernel
        self.encoder_dilation = encoder_dilation
        self.compressed_channels = compressed_channels
        self.channel_compressor = nn.Conv2d(channels, compressed_channels, 1)
        self.content_encoder = nn.Conv2d(
            compressed_channels, up_kernel**2 * up_group * scale_factor**2, encoder_kernel,
            padding=(encoder_kernel - 1) * encoder_dilation // 2, dilation=encoder_dilation)
        self.init_weights()

    def init_weights(self) -> None:
        """Start close to a mean over the kernel."""
        for layer in (self.channel_compressor, self.content_encoder):  # both: the random numbers are those of mmcv 1.x
            xavier_init(layer, distribution='uniform')
        normal_init(self.content_encoder, std=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, C, scale_factor * H, scale_factor * W)."""
        masks = F.pixel_shuffle(self.content_encoder(self.channel_compressor(x)), self.scale_factor)
        masks = masks.unflatten(1, (self.up_group, self.up_kernel**2)).softmax(2).flatten(1, 2)
        return carafe(x, masks, self.up_kernel, self.up_group, self.scale_factor)


def build_upsample_layer(cfg: dict, *args: Any, **kwargs: Any) -> nn.Module:
    """Build an upsampling layer, for example of ``dict(type='bilinear', scale_factor=2, align_corners=False)``."""
    if find(cfg, UPSAMPLE_LAYERS) is nn.Upsample:
        kwargs['mode'] = cfg['type']
    return build_layer(cfg, UPSAMPLE_LAYERS, *args, **kwargs)
