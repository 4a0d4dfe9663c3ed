"""The global context block of GCNet."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn.weight_init import constant_init, kaiming_init

from .registry import PLUGIN_LAYERS


@PLUGIN_LAYERS.register_module()
class ContextBlock(nn.Module):
    """Pool the whole map to one vector, transform it, and add it to or multiply it with every cell.

    GCNet, https://arxiv.org/abs/1904.11492. At first nothing is added, and all is multiplied by 0.5.

    Args:
        in_channels: of the map.
        ratio: width of the transform relative to it.
        pooling_type: 'att' weights the cells by a learned attention, 'avg' equally.
        fusion_types: one or both of 'channel_add' and 'channel_mul'.

    Raises:
        ValueError: if an argument is none of these.
    """

    _abbr_ = 'context_block'

    def __init__(
        self,
        in_channels: int,
        ratio: float,
        pooling_type: str = 'att',
        fusion_types: Sequence[str] = ('channel_add',),
    ) -> None:
        super().__init__()
        if pooling_type not in ('att', 'avg'):
            raise ValueError(f"ContextBlock: pooling_type is {pooling_type!r}; use 'att' or 'avg'")
        known = isinstance(fusion_types, (list, tuple)) and {*fusion_types} <= {'channel_add', 'channel_mul'}
        if not known or not fusion_types:
            raise ValueError(f"ContextBlock: fusion_types is {fusion_types!r}; list one or both of 'channel_add' and "
                             "'channel_mul'")
        self.in_channels = in_channels
        self.ratio = ratio
        self.planes = int(in_channels * ratio)
        self.pooling_type = pooling_type
        self.fusion_types = fusion_types
        if pooling_type == 'att':
            self.conv_mask = nn.Conv2d(in_channels, 1, kernel_size=1)
        else:
            self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.channel_add_conv = self._transform() if 'channel_add' in fusion_types else None
        self.channel_mul_conv = self._transform() if 'channel_mul' in fusion_types else None
        self.reset_parameters()

    def _transform(self) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(self.in_channels, self.planes, kernel_size=1),
            nn.LayerNorm([self.planes, 1, 1]),
            nn.ReLU(inplace=True),
            nn.Conv2d(self.planes, self.in_channels, kernel_size=1),
        )

    def reset_parameters(self) -> None:
        """Kaiming for the attention, zeros for the last convolutions."""
        if self.pooling_type == 'att':
            kaiming_init(self.conv_mask, mode='fan_in')
        for transform in (self.channel_add_conv, self.channel_mul_conv):
            if transform is not None:
                constant_init(transform[-1], 0)

    def spatial_pool(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, C, 1, 1)."""
        if self.pooling_type == 'avg':
            return self.avg_pool(x)
        weights = self.conv_mask(x).flatten(2).softmax(dim=2)  # (N, 1, H W)
        return (x.flatten(2) @ weights.mT)[..., None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        context = self.spatial_pool(x)
        if self.channel_mul_conv is not None:
            x = x * self.channel_mul_conv(context).sigmoid()
        if self.channel_add_conv is not None:
            x = x + self.channel_add_conv(context)
        return x
