"""Convolution layers that configs name."""
from torch import nn

from mmcv.ops import DeformConv2dPack, ModulatedDeformConv2dPack

from .registry import CONV_LAYERS, build_layer

CONV_LAYERS.register_module('Conv1d', module=nn.Conv1d)
CONV_LAYERS.register_module(['Conv', 'Conv2d'], module=nn.Conv2d)
CONV_LAYERS.register_module('Conv3d', module=nn.Conv3d)
CONV_LAYERS.register_module(['deconv', 'ConvTranspose2d'], module=nn.ConvTranspose2d)
CONV_LAYERS.register_module(['deconv3d', 'ConvTranspose3d'], module=nn.ConvTranspose3d)
CONV_LAYERS.register_module('DCN', module=DeformConv2dPack)
CONV_LAYERS.register_module('DCNv2', module=ModulatedDeformConv2dPack)


def build_conv_layer(cfg: dict | None, *args, **kwargs) -> nn.Module:
    """Build a convolution.

    Args:
        cfg: ``dict(type=NAME, ...)``; None means Conv2d.
        args, kwargs: What the caller adds: channels, kernel size, stride ...
    """
    return build_layer(dict(type='Conv2d') if cfg is None else cfg, CONV_LAYERS, *args, **kwargs)
