"""Levels of several sizes out of maps of one size."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, xavier_init
from mmseg.models.builder import NECKS
from mmseg.models.layers import resize


@NECKS.register_module()
class MultiLevelNeck(BaseModule):
    """Rescales the maps of a plain vision transformer to the sizes that a pyramid head expects.

    Args:
        in_channels: channels of each input; a single one serves every level.
        out_channels: channels of each output.
        scales: by how much each map is enlarged.
        norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        scales: Sequence[float] = (0.5, 1, 2, 4),
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.scales = scales
        self.num_outs = len(scales)
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.lateral_convs = nn.ModuleList(ConvModule(channels, out_channels, 1, **layers) for channels in in_channels)
        self.convs = nn.ModuleList(ConvModule(out_channels, out_channels, 3, padding=1, **layers) for _ in scales)

    def init_weights(self) -> None:
        """Xavier, uniform, for every convolution."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                xavier_init(module, distribution='uniform')

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Maps (N, in_channels[i], H, W) to maps (N, out_channels, scale * H, scale * W)."""
        if len(inputs) != len(self.in_channels):
            raise ValueError(f'MultiLevelNeck: {len(inputs)} maps, but in_channels has {len(self.in_channels)}')
        maps = [conv(x) for conv, x in zip(self.lateral_convs, inputs)]
        if len(maps) == 1:
            maps *= self.num_outs
        return tuple(
            conv(resize(x, scale_factor=scale, mode='bilinear'))
            for conv, x, scale in zip(self.convs, maps, self.scales))
