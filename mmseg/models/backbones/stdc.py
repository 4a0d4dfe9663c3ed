"""Short-term dense concatenation (https://arxiv.org/abs/2104.13188)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, ModuleList, Sequential
from mmseg.models.builder import BACKBONES, build_backbone
from mmseg.models.layers import resize
from mmseg.models.layouts.stdc import STDC1, STDC2

from .base_backbone import BaseBackbone
from .bisenetv1 import AttentionRefinementModule, check_length

BN = dict(type='BN')
RELU = dict(type='ReLU')


class STDCModule(BaseModule):
    """Convolutions in a row, each with half the channels of the one before; the outputs of all are concatenated.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        stride: 2 halves the size.
        norm_cfg, act_cfg: configs of the layers; the first convolution has ReLU in any case.
        num_convs: how many, at least 2.
        fusion_type: 'add' adds the input to the concatenation, 'cat' does not.
        init_cfg: initialization.

    Raises:
        ValueError: ``fusion_type`` is another, or ``num_convs`` too small.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
        num_convs: int = 4,
        fusion_type: str = 'add',
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_convs < 2 or fusion_type not in ('add', 'cat'):
            raise ValueError(f'STDCModule: num_convs is {num_convs} and fusion_type {fusion_type!r}; '
                             "use at least 2, and 'add' or 'cat'")
        self.stride = stride
        self.with_downsample = stride == 2
        self.fusion_type = fusion_type
        half = out_channels // 2
        halve = dict(kernel_size=3, stride=2, padding=1, norm_cfg=norm_cfg, act_cfg=None)
        self.layers = ModuleList()
        first = ConvModule(in_channels, half, 1, norm_cfg=norm_cfg)
        if self.with_downsample:
            self.downsample = ConvModule(half, half, groups=half, **halve)
            if fusion_type == 'add':
                first = nn.Sequential(first, self.downsample)
                self.skip = Sequential(
                    ConvModule(in_channels, in_channels, groups=in_channels, **halve),
                    ConvModule(in_channels, out_channels, 1, norm_cfg=norm_cfg, act_cfg=None))
            else:
                self.skip = nn.AvgPool2d(kernel_size=3, stride=2, padding=1)
        self.layers.append(first)
        for i in range(1, num_convs):
            width = out_channels // 2 ** min(i + 1, num_convs - 1)
            self.layers.append(
                ConvModule(out_channels // 2**i, width, 3, padding=1, norm_cfg=norm_cfg, act_cfg=act_cfg))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        first, *others = self.layers
        x = first(inputs)
        maps = [x]
        if self.with_downsample and self.fusion_type == 'cat':
            maps, x = [self.skip(x)], self.downsample(x)
        for layer in others:
            x = layer(x)
            maps.append(x)
        joined = torch.cat(maps, dim=1)
        if self.fusion_type == 'cat':
            return joined
        return joined + (self.skip(inputs) if self.with_downsample else inputs)


class FeatureFusionModule(BaseModule):
    """Joins details and context, and scales the channels by what all cells together say.

    Args:
        in_channels: channels of both maps together.
        out_channels: channels of the output.
        scale_factor: ``out_channels`` over the channels in between of what scales them.
        norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        scale_factor: int = 4,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        channels = out_channels // scale_factor
        self.conv0 = ConvModule(in_channels, out_channels, 1, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.attention = nn.Sequential(
            nn.AdaptiveAvgPool2d((1, 1)),
            ConvModule(out_channels, channels, 1, bias=False, act_cfg=act_cfg),
            ConvModule(channels, out_channels, 1, bias=False, act_cfg=None),
            nn.Sigmoid())

    def forward(self, spatial_inputs: torch.Tensor, context_inputs: torch.Tensor) -> torch.Tensor:
        """Two maps of one size (N, C_i, H, W) to (N, out_channels, H, W)."""
        x = self.conv0(torch.cat([spatial_inputs, context_inputs], dim=1))
        return x * (1 + self.attention(x))


@BACKBONES.register_module()
class STDCNet(BaseBackbone):
    """STDCNet; maps (N, in_channels, H, W) to three maps, at 1/8, 1/16 and 1/32 of the size.

    Args:
        stdc_type: 'STDCNet1' with two modules per stage, or 'STDCNet2' with 4, 5 and 3.
        in_channels: channels of the images.
        channels: channels of the two convolutions at the begin and of the three stages.
        bottleneck_type: 'add' or 'cat', how the modules join their maps.
        norm_cfg, act_cfg: configs of the layers.
        num_convs: convolutions of each module.
        with_final_conv: convolve the last map to at least 1024 channels.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: an argument is out of range.
    """

    weight_layouts = (STDC1, STDC2)

    arch_settings = {
        'STDCNet1': [(2, 1), (2, 1), (2, 1)],
        'STDCNet2': [(2, 1, 1, 1), (2, 1, 1, 1, 1), (2, 1, 1)],
    }

    def __init__(
        self,
        stdc_type: str,
        in_channels: int,
        channels: Sequence[int],
        bottleneck_type: str,
        norm_cfg: dict | None,
        act_cfg: dict | None,
        num_convs: int = 4,
        with_final_conv: bool = False,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg)
        if stdc_type not in self.arch_settings:
            raise ValueError(f'STDCNet: stdc_type is {stdc_type!r}; use one of {", ".join(self.arch_settings)}')
        check_length('STDCNet: channels', channels, 5)
        self.in_channels = in_channels
        self.channels = channels
        self.stage_strides = self.arch_settings[stdc_type]
        self.num_convs = num_convs
        self.with_final_conv = with_final_conv
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.stages = ModuleList([
            ConvModule(in_channels, channels[0], 3, stride=2, padding=1, **layers),
            ConvModule(channels[0], channels[1], 3, stride=2, padding=1, **layers)])
        self.num_shallow_features = len(self.stages)  # whose maps are not returned
        for before, width, strides in zip(channels[1:], channels[2:], self.stage_strides):
            self.stages.append(self._make_stage(before, width, strides, norm_cfg, act_cfg, bottleneck_type))
        last = max(1024, channels[-1]) if with_final_conv else channels[-1]
        if with_final_conv:
            self.final_conv = ConvModule(channels[-1], last, 1, **layers)
        self.out_channels = (*channels[2:4], last)
        self.out_strides = (8, 16, 32)

    def _make_stage(
        self, in_channels: int, out_channels: int, strides: Sequence[int], norm_cfg: dict | None,
        act_cfg: dict | None, bottleneck_type: str,
    ) -> Sequential:
        return Sequential(*(
            STDCModule(
                out_channels if i else in_channels, out_channels, stride, norm_cfg, act_cfg, self.num_convs,
                bottleneck_type)
            for i, stride in enumerate(strides)))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        if self.with_final_conv:
            maps[-1] = self.final_conv(x)
        return tuple(maps[self.num_shallow_features:])


@BACKBONES.register_module()
class STDCContextPathNet(BaseBackbone):
    """STDCNet and a path that brings context back to its largest map.

    It maps (N, in_channels, H, W) to four maps: the backbone's first one, for :class:`STDCHead`; two of context, for
    auxiliary heads; and details and context joined. They are at 1/8, 1/16, 1/8 and 1/8 of the size.

    Args:
        backbone_cfg: config of the backbone, with three maps.
        last_in_channels: channels of its last two maps, the coarser one first.
        out_channels: channels of the maps of context.
        ffm_cfg: arguments of the :class:`FeatureFusionModule`.
        upsample_mode: of the resizing, 'nearest', 'bilinear' or 'bicubic'.
        align_corners: of the resizing; None for 'nearest'.
        norm_cfg: config of the normalizations.
        init_cfg: initialization.

    Raises:
        ValueError: ``last_in_channels`` are not two.
    """

    def __init__(
        self,
        backbone_cfg: dict,
        last_in_channels: Sequence[int] = (1024, 512),
        out_channels: int = 128,
        ffm_cfg: dict = dict(in_channels=512, out_channels=256, scale_factor=4),  # noqa: B006
        upsample_mode: str = 'nearest',
        align_corners: bool | None = None,
        norm_cfg: dict | None = BN,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        check_length('STDCContextPathNet: last_in_channels', last_in_channels, 2)
        self.backbone = build_backbone(backbone_cfg)
        self.arms = ModuleList(AttentionRefinementModule(channels, out_channels) for channels in last_in_channels)
        self.convs = ModuleList(
            ConvModule(out_channels, out_channels, 3, padding=1, norm_cfg=norm_cfg) for _ in last_in_channels)
        self.conv_avg = ConvModule(last_in_channels[0], out_channels, 1, norm_cfg=norm_cfg)
        self.ffm = FeatureFusionModule(**ffm_cfg)
        self.upsample_mode = upsample_mode
        self.align_corners = align_corners
        fine, middle, _ = self.backbone.out_strides
        self.out_channels = (
            self.backbone.out_channels[0], out_channels, out_channels, self.ffm.conv0.conv.out_channels)
        self.out_strides = (fine, middle, fine, fine)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        fine, middle, coarse = self.backbone(x)
        context = self.conv_avg(F.adaptive_avg_pool2d(coarse, 1))  # (N, out_channels, 1, 1), the same for all cells
        middle_context = self._enlarged(0, self.arms[0](coarse) + context, middle)
        fine_context = self._enlarged(1, self.arms[1](middle) + middle_context, fine)
        return fine, middle_context, fine_context, self.ffm(fine, fine_context)

    def _enlarged(self, i: int, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return self.convs[i](resize(x, like.shape[2:], mode=self.upsample_mode, align_corners=self.align_corners))
