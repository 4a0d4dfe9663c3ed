"""The head of fully convolutional networks."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, is_untouched
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class FCNHead(BaseDecodeHead):
    """Convolutions and a classifier (https://arxiv.org/abs/1411.4038).

    Args:
        num_convs: convolutions before the classifier; 0 needs ``channels == in_channels``.
        kernel_size: of the convolutions.
        concat_input: join the input to their output, and convolve once more.
        dilation: of the convolutions.
        factored: with ``input_transform='resize_concat'`` and without ``concat_input``, convolve over the coarser maps
            at their own sizes where that is less work: the same results up to rounding.
        kwargs: see :class:`BaseDecodeHead`.
    """

    exact_switches = ('factored',)

    def __init__(
        self, num_convs: int = 2, kernel_size: int = 3, concat_input: bool = True, dilation: int = 1,
        factored: bool = True, **kwargs: Any,
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
        self.factored = factored
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
        if self._can_factor():
            first, *others = (inputs[i] for i in self.in_index)
            conv, *convs = self.convs
            feats = conv_module_over_resized(conv, first, others, self.align_corners)
            for conv in convs:
                feats = conv(feats)
            return feats
        x = self._transform_inputs(inputs)
        feats = self._convolve(x)
        return self.conv_cat(torch.cat([x, feats], dim=1)) if self.concat_input else feats

    def _can_factor(self) -> bool:
        """Whether the maps meet in the first convolution and nowhere else."""
        if not self.factored or self.input_transform != 'resize_concat' or self.concat_input or self.num_convs == 0:
            return False
        own = type(self)._transform_inputs is BaseDecodeHead._transform_inputs and type(self)._convolve is _CONVOLVE
        return own and is_untouched(self.convs, nn.Sequential) and can_factor(self.convs[0])

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, h, w) to (N, channels, h, w); heads that look around do so between two convolutions."""
        return self.convs(x)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        return self.cls_seg(self._forward_feature(inputs))


_CONVOLVE = FCNHead._convolve
