"""The heads of SETR that enlarge one map, at once or step by step (https://arxiv.org/abs/2012.15840)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, build_norm_layer
from mmseg.models.builder import HEADS
from mmseg.models.layers import Upsample, nlc_to_nchw

from .decode_head import BaseDecodeHead
from .upsampled import can_classify_first


@HEADS.register_module()
class SETRUPHead(BaseDecodeHead):
    """A norm, then convolutions, each of which is followed by an enlargement.

    Args:
        norm_layer: config of the norm of the input's tokens.
        num_convs: how many convolutions.
        up_scale: how many times each makes the map larger.
        kernel_size: of the convolutions, 1 or 3.
        init_cfg: initialization.
        factored: classify before the last enlargement, which is the same up to rounding.
        kwargs: see :class:`BaseDecodeHead`.

    Raises:
        ValueError: another ``kernel_size``, or several inputs.
    """

    exact_switches = ('factored',)

    def __init__(
        self,
        norm_layer: dict = dict(type='LN', eps=1e-6, requires_grad=True),  # noqa: B006
        num_convs: int = 1,
        up_scale: int = 4,
        kernel_size: int = 3,
        init_cfg: dict | list[dict] | None = [  # noqa: B006
            dict(type='Constant', val=1.0, bias=0, layer='LayerNorm'),
            dict(type='Normal', std=0.01, override=dict(name='conv_seg')),
        ],
        *,
        factored: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(init_cfg=init_cfg, **kwargs)
        if kernel_size not in (1, 3):
            raise ValueError(f'SETRUPHead: kernel_size is {kernel_size}; use 1 or 3')
        if not isinstance(self.in_channels, int):
            raise ValueError(f'SETRUPHead: in_channels is {self.in_channels}; it takes one map')
        self.factored = factored
        self.norm = build_norm_layer(norm_layer, self.in_channels)[1]
        self.up_convs = nn.ModuleList(
            nn.Sequential(
                ConvModule(self.channels if i else self.in_channels, self.channels, kernel_size,
                           padding=kernel_size // 2, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg),
                Upsample(scale_factor=up_scale, mode='bilinear', align_corners=self.align_corners))
            for i in range(num_convs))

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._transform_inputs(inputs)
        x = nlc_to_nchw(self.norm(x.flatten(2).transpose(1, 2)), x.shape[2:]).contiguous()
        *first, (conv, up) = self.up_convs
        for up_conv in first:
            x = up_conv(x)
        x = conv(x)
        if self.factored and can_classify_first(self, [up]):
            return up(self.cls_seg(x))
        return self.cls_seg(up(x))
