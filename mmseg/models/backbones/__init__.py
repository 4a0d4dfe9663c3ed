"""Backbones."""
from .resnet import ResNet, ResNetV1c, ResNetV1d
from .unet import UNet

__all__ = ['ResNet', 'ResNetV1c', 'ResNetV1d', 'UNet']
