"""Layer norm over the channels of a map."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn.bricks.registry import NORM_LAYERS


@NORM_LAYERS.register_module('LN2d')
class LayerNorm2d(nn.LayerNorm):
    """``nn.LayerNorm`` over the channels of each cell.

    The result lies channels_last: a map that does so already is not copied.

    Args:
        num_channels: of the map.
        kwargs: ``eps`` and ``elementwise_affine``, see :class:`torch.nn.LayerNorm`.
    """

    def __init__(self, num_channels: int, **kwargs: Any) -> None:
        super().__init__(num_channels, **kwargs)
        self.num_channels = num_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        out = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return out.permute(0, 3, 1, 2)
