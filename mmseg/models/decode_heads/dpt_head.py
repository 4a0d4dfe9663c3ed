"""The head of DPT (https://arxiv.org/abs/2103.13413)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmseg.models.builder import HEADS

from .decode_head import BaseDecodeHead
from .dpt_blocks import FeatureFusionBlock, PreActResidualConvUnit, ReassembleBlocks

__all__ = ['DPTHead', 'FeatureFusionBlock', 'PreActResidualConvUnit', 'ReassembleBlocks']


@HEADS.register_module()
class DPTHead(BaseDecodeHead):
    """A pyramid of four layers of a vision transformer, whose levels are added one after the other.

    Args:
        embed_dims: channels of the backbone's maps.
        post_process_channels: of each level of the pyramid, the largest map first.
        readout_type, patch_size: see :class:`ReassembleBlocks`.
        expand_channels: give level i 2^i times its channels.
        act_cfg, norm_cfg: configs of the layers.
        kwargs: see :class:`BaseDecodeHead`; ``in_channels`` and ``in_index`` are lists, ``input_transform`` is
            'multiple_select', and the backbone returns pairs of map and class token.
    """

    def __init__(
        self,
        embed_dims: int = 768,
        post_process_channels: Sequence[int] = (96, 192, 384, 768),
        readout_type: str = 'ignore',
        patch_size: int = 16,
        expand_channels: bool = False,
        act_cfg: dict = dict(type='ReLU'),  # noqa: B006
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.expand_channels = expand_channels
        self.post_process_channels = [
            channels * 2**i if expand_channels else channels for i, channels in enumerate(post_process_channels)]
        self.reassemble_blocks = ReassembleBlocks(embed_dims, self.post_process_channels, readout_type, patch_size)
        self.convs = nn.ModuleList(
            ConvModule(channels, self.channels, kernel_size=3, padding=1, act_cfg=None, bias=False)
            for channels in self.post_process_channels)
        self.fusion_blocks = nn.ModuleList(
            FeatureFusionBlock(self.channels, act_cfg, norm_cfg) for _ in self.convs)
        self.fusion_blocks[0].res_conv_unit1 = None  # nothing comes from a coarser level
        self.project = ConvModule(self.channels, self.channels, kernel_size=3, padding=1, norm_cfg=norm_cfg)

    def forward(self, inputs: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor:
        levels = self.reassemble_blocks(self._transform_inputs(inputs))
        *finer, coarsest = [conv(x) for conv, x in zip(self.convs, levels)]
        out = self.fusion_blocks[0](coarsest)
        for block, level in zip(self.fusion_blocks[1:], reversed(finer)):
            out = block(out, level)
        return self.cls_seg(self.project(out))
