"""The head of fully convolutional networks."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class FCNHead(BaseDecodeHead):
    """Convolutions and a classifier (https://arxiv.org/abs/1411.4038).

    Args:
        num_convs: convolutions before the classifier; 0 needs ``channels == in_channels``.
        kernel_size: of the convolutions.
        concat_input: join the input to their output, and convolve once more.
        dilation: of the convolutions.
        kwargs: see :class:`BaseDecodeHead`.
    """

    def __init__(
        self, num_convs: int = 2, kernel_size: int = 3, concat_input: bool = True, dilation: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if num_convs < 0 or dilation < 1:
            raise ValueError(f'num_convs is {num_convs} and dilation {dilation}; use at least 0 and 1')
        if num_convs == 0 and self.in_channels != self.channels:
            raise ValueError(
                f'without convolutions channels ({self.channels}) must equal in_channels ({self.in_channels})'
            )
        self.num_convs = num_convs
        self.kernel_size = kernel_size
        self.concat_input = concat_input
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        padding = kernel_size // 2
        convs = [
            ConvModule(
                self.channels if i else self.in_channels,
                self.channels,
                kernel_size,
                padding=padding * dilation,
                dilation=dilation,
                **layers,
            )
            for i in range(num_convs)
        ]
        self.convs = nn.Sequential(*convs) if convs else nn.Identity()
        if concat_input:
            self.conv_cat = ConvModule(
                self.in_channels + self.channels, self.channels, kernel_size, padding=padding, **layers
            )

    def _forward_feature(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Feature map (N, channels, h, w) before the classifier."""
        x = self._transform_inputs(inputs)
        feats = self._convolve(x)
        return self.conv_cat(torch.cat([x, feats], dim=1)) if self.concat_input else feats

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, h, w) to (N, channels, h, w); heads that look around do so between two convolutions."""
        return self.convs(x)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        return self.cls_seg(self._forward_feature(inputs))
