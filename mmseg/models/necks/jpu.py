"""Joint pyramid upsampling."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, DepthwiseSeparableConvModule
from mmseg.models.builder import NECKS
from mmseg.models.layers import resize


@NECKS.register_module()
class JPU(BaseModule):
    """FastFCN (https://arxiv.org/abs/1903.11816): a backbone that is not dilated, and a neck that makes up for it.

    Args:
        in_channels: channels of each input, large maps first.
        mid_channels: channels of each convolved level and of each dilated branch.
        start_level, end_level: the inputs that are used, from the first to the one before the last; -1 means all.
        dilations: of the separable convolutions over the joined levels.
        align_corners: of the resizing.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (512, 1024, 2048),
        mid_channels: int = 512,
        start_level: int = 0,
        end_level: int = -1,
        dilations: Sequence[int] = (1, 2, 4, 8),
        align_corners: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        act_cfg: dict = dict(type='ReLU'),  # noqa: B006
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if end_level > len(in_channels):
            raise ValueError(f'JPU: end_level is {end_level}, but in_channels has {len(in_channels)}')
        self.in_channels = in_channels
        self.mid_channels = mid_channels
        self.start_level = start_level
        self.num_ins = len(in_channels)
        self.backbone_end_level = self.num_ins if end_level == -1 else end_level
        self.dilations = dilations
        self.align_corners = align_corners
        used = in_channels[start_level:self.backbone_end_level]
        self.conv_layers = nn.ModuleList(
            nn.Sequential(ConvModule(
                channels, mid_channels, 3, padding=1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg))
            for channels in used)
        self.dilation_layers = nn.ModuleList(
            nn.Sequential(DepthwiseSeparableConvModule(
                len(used) * mid_channels, mid_channels, 3, padding=dilation, dilation=dilation, dw_norm_cfg=norm_cfg,
                dw_act_cfg=None, pw_norm_cfg=norm_cfg, pw_act_cfg=act_cfg))
            for dilation in dilations)

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """The inputs as they are but the last, and in its place the upsampled pyramid.

        It is (N, branches * mid_channels, H, W), as large as the first input that is used.
        """
        if len(inputs) != self.num_ins:
            raise ValueError(f'JPU: {len(inputs)} maps, but in_channels has {self.num_ins}')
        used = inputs[self.start_level:self.backbone_end_level]
        first, *others = (conv(x) for conv, x in zip(self.conv_layers, used))
        others = [resize(x, first.shape[2:], mode='bilinear', align_corners=self.align_corners) for x in others]
        joined = torch.cat([first, *others], dim=1)
        return *used[:-1], torch.cat([branch(joined) for branch in self.dilation_layers], dim=1)
