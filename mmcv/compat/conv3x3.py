"""The 3x3 convolution that residual blocks of projects are made of."""

from torch import nn


def conv3x3(in_planes: int, out_planes: int, stride: int = 1, dilation: int = 1) -> nn.Conv2d:
    """A convolution without bias whose output has the size of its input, divided by ``stride``."""
    return nn.Conv2d(in_planes, out_planes, 3, stride, padding=dilation, dilation=dilation, bias=False)
