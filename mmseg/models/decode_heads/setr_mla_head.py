"""The head of SETR that joins several layers of a transformer (https://arxiv.org/abs/2012.15840)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS
from mmseg.models.layers import Upsample, has_size

from .decode_head import BaseDecodeHead
from .upsampled import can_classify_first


@HEADS.register_module()
class SETRMLAHead(BaseDecodeHead):
    """Two convolutions over each map, which are then enlarged, joined and classified.

    Args:
        mla_channels: of each map; ``channels`` is that times the number of maps.
        up_scale: how many times the maps are enlarged.
        factored: classify before the maps are enlarged, which is the same up to rounding.
        kwargs: see :class:`BaseDecodeHead`; ``in_channels`` and ``in_index`` are lists.

    Raises:
        ValueError: ``channels`` does not fit.
    """

    exact_switches = ('factored',)

    def __init__(
        self, mla_channels: int = 128, up_scale: int = 4, *, factored: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(input_transform='multiple_select', **kwargs)
        self.mla_channels = mla_channels
        self.factored = factored
        if self.channels != len(self.in_channels) * mla_channels:
            raise ValueError(f'SETRMLAHead: channels is {self.channels}; {len(self.in_channels)} maps of mla_channels '
                             f'{mla_channels} make {len(self.in_channels) * mla_channels}')
        layers = dict(kernel_size=3, padding=1, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.up_convs = nn.ModuleList(
            nn.Sequential(
                ConvModule(channels, mla_channels, **layers),
                ConvModule(mla_channels, mla_channels, **layers),
                Upsample(scale_factor=up_scale, mode='bilinear', align_corners=self.align_corners))
            for channels in self.in_channels)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        inputs = self._transform_inputs(inputs)
        ups = [up for *_, up in self.up_convs]
        alike = len({up.scale_factor for up in ups}) == 1 and all(has_size(x, inputs[0].shape[2:]) for x in inputs)
        if self.factored and alike and can_classify_first(self, ups):
            maps = [second(first(x)) for x, (first, second, _) in zip(inputs, self.up_convs)]
            return ups[0](self.cls_seg(torch.cat(maps, dim=1)))
        return self.cls_seg(torch.cat([up_conv(x) for x, up_conv in zip(inputs, self.up_convs)], dim=1))
