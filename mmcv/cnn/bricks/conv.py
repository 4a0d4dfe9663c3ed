"""Convolution layers that configs name."""

from typing import Any

from torch import Tensor, nn

from mmcv.ops import DeformConv2dPack, ModulatedDeformConv2dPack, conv2d

from .registry import CONV_LAYERS, build_layer
from .untouched import EXACT_WAYS


class Conv2d(nn.Conv2d):
    """``nn.Conv2d`` with the same parameters, by :func:`mmcv.ops.conv2d`: fewer multiplications where that pays.

    Attributes:
        winograd: False lets torch convolve in any case; 4 takes larger tiles in inference.
        joined: let what follows become a part of it, where :func:`~mmcv.cnn.bricks.run_layers.run_layers` can.
    """

    winograd: bool | int = True
    joined = True
    exact_switches = ('winograd', 'joined')

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H', W')."""
        if self.padding_mode == 'zeros' and not isinstance(self.padding, str):
            x, padding = self.padded(x)
            return conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups, self.winograd)
        return super().forward(x)

    def padded(self, x: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """A map, and with how many zeros on either side of its (rows, columns) it is to be convolved."""
        return x, self.padding


EXACT_WAYS[Conv2d] = nn.Conv2d
CONV_LAYERS.register_module('Conv1d', module=nn.Conv1d)
CONV_LAYERS.register_module(['Conv', 'Conv2d'], module=Conv2d)
CONV_LAYERS.register_module('Conv3d', module=nn.Conv3d)
CONV_LAYERS.register_module(['deconv', 'ConvTranspose2d'], module=nn.ConvTranspose2d)
CONV_LAYERS.register_module(['deconv3d', 'ConvTranspose3d'], module=nn.ConvTranspose3d)
CONV_LAYERS.register_module('DCN', module=DeformConv2dPack)
CONV_LAYERS.register_module('DCNv2', module=ModulatedDeformConv2dPack)


def build_conv_layer(cfg: dict | None, *args: Any, **kwargs: Any) -> nn.Module:
    """Build a convolution.

    Args:
        cfg: ``dict(type=NAME, ...)``; None means Conv2d.
        *args, **kwargs: what the caller adds: channels, kernel size, stride ...
    """
    return build_layer(dict(type='Conv2d') if cfg is None else cfg, CONV_LAYERS, *args, **kwargs)
