"""A convolution that pads as TensorFlow's 'SAME' does."""

import torch
import torch.nn.functional as F

from mmcv.ops import holds

from .adaptive_padding import AdaptivePadding
from .conv import Conv2d
from .registry import CONV_LAYERS


@CONV_LAYERS.register_module()
class Conv2dAdaptivePadding(Conv2d):
    """A convolution whose output is (ceil(H / stride), ceil(W / stride)) whatever its kernel.

    Args:
        in_channels, out_channels, kernel_size, stride, dilation, groups, bias: as of ``nn.Conv2d``.
        padding: has no effect.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, 0, dilation, groups, bias)

    def padded(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        sides = AdaptivePadding(self.kernel_size, self.stride, self.dilation, 'same').sides(x.shape[2:])
        left, right, above, below = sides
        if holds(left == right) and holds(above == below):
            return x, (above, left)
        return F.pad(x, sides), (0, 0)  # what a convolution cannot pad itself
