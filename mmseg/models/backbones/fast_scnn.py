"""Fast-SCNN (https://arxiv.org/abs/1902.04502)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule, is_untouched
from mmseg.models.builder import BACKBONES
from mmseg.models.decode_heads.psp_head import PPM
from mmseg.models.layers import InvertedResidual, can_factor, conv_module_over_resized, resize

from .base_backbone import BaseBackbone
from .pretrained import CONVOLUTIONAL_INIT

BN = dict(type='BN')
RELU = dict(type='ReLU')


class LearningToDownsample(nn.Module):
    """Three convolutions that halve the size, the last two of them depthwise separable.

    Args:
        in_channels: channels of the images.
        dw_channels: channels of the first two.
        out_channels: channels of the last.
        conv_cfg: config of the first convolution.
        norm_cfg: config of the normalizations.
        act_cfg: config of the first activation; those of the others are ReLU.
        dw_act_cfg: config of the activation between depthwise and pointwise convolution; None means none.
    """

    def __init__(
        self,
        in_channels: int,
        dw_channels: Sequence[int],
        out_channels: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        dw_act_cfg: dict | str | None = None,
    ) -> None:
        super().__init__()
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.dw_act_cfg = dw_act_cfg
        first, second = dw_channels
        halve = dict(kernel_size=3, stride=2, padding=1, norm_cfg=norm_cfg)
        self.conv = ConvModule(in_channels, first, conv_cfg=conv_cfg, act_cfg=act_cfg, **halve)
        self.dsconv1 = DepthwiseSeparableConvModule(first, second, dw_act_cfg=dw_act_cfg, **halve)
        self.dsconv2 = DepthwiseSeparableConvModule(second, out_channels, dw_act_cfg=dw_act_cfg, **halve)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / 8, W / 8)."""
        return self.dsconv2(self.dsconv1(self.conv(x)))


class GlobalFeatureExtractor(nn.Module):
    """Blocks of MobileNetV2, and a pyramid pooling.

    Args:
        in_channels: channels of the input.
        block_channels: channels of each of the three groups of blocks.
        out_channels: channels of the output.
        expand_ratio: how much wider a block is in its middle.
        num_blocks: blocks of each group.
        strides: stride of each group.
        pool_scales: cells per side of each pooling grid.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        align_corners: of the resizing.
        factored: convolve over the pyramid without enlarging it first: the same results up to rounding.

    Raises:
        ValueError: there are not three groups.
    """

    exact_switches = ('factored',)

    def __init__(
        self,
        in_channels: int = 64,
        block_channels: Sequence[int] = (64, 96, 128),
        out_channels: int = 128,
        expand_ratio: int = 6,
        num_blocks: Sequence[int] = (3, 3, 3),
        strides: Sequence[int] = (2, 2, 1),
        pool_scales: Sequence[int] = (1, 2, 3, 6),
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        align_corners: bool = False,
        factored: bool = True,
    ) -> None:
        super().__init__()
        if not len(block_channels) == len(num_blocks) == len(strides) == 3:
            raise ValueError(f'GlobalFeatureExtractor: block_channels is {block_channels}, num_blocks {num_blocks} and '
                             f'strides {strides}; give three of each')
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.factored = factored
        before = in_channels
        for i, (width, number, stride) in enumerate(zip(block_channels, num_blocks, strides), start=1):
            group = nn.Sequential(*(
                InvertedResidual(
                    width if k else before, width, 1 if k else stride, expand_ratio, norm_cfg=norm_cfg, act_cfg=act_cfg)
                for k in range(number)))
            self.add_module(f'bottleneck{i}', group)
            before = width
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.ppm = PPM(pool_scales, before, before // 4, align_corners=align_corners, **layers)
        self.out = ConvModule(before * 2, out_channels, 3, padding=1, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / 4, W / 4)."""
        x = self.bottleneck3(self.bottleneck2(self.bottleneck1(x)))
        if self.factored and can_factor(self.out) and is_untouched(self.ppm, PPM):
            return conv_module_over_resized(self.out, x, self.ppm.pool(x), self.ppm.align_corners)
        return self.out(torch.cat([x, *self.ppm(x)], dim=1))


class FeatureFusionModule(nn.Module):
    """Enlarges a coarse map to the size of a fine one, and adds them up.

    Args:
        higher_in_channels, lower_in_channels: channels of the fine and of the coarse map.
        out_channels: channels of the output, a multiple of which ``lower_in_channels`` is.
        conv_cfg, norm_cfg: configs of the layers.
        dwconv_act_cfg: activation behind the depthwise convolution.
        conv_act_cfg: activation behind both 1x1 convolutions.
        align_corners: of the resizing.
    """

    def __init__(
        self,
        higher_in_channels: int,
        lower_in_channels: int,
        out_channels: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        dwconv_act_cfg: dict | None = RELU,
        conv_act_cfg: dict | None = None,
        align_corners: bool = False,
    ) -> None:
        super().__init__()
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.dwconv_act_cfg = dwconv_act_cfg
        self.conv_act_cfg = conv_act_cfg
        self.align_corners = align_corners
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        self.dwconv = ConvModule(
            lower_in_channels, out_channels, 3, padding=1, groups=out_channels, act_cfg=dwconv_act_cfg, **layers)
        self.conv_lower_res = ConvModule(out_channels, out_channels, 1, act_cfg=conv_act_cfg, **layers)
        self.conv_higher_res = ConvModule(higher_in_channels, out_channels, 1, act_cfg=conv_act_cfg, **layers)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, higher_res_feature: torch.Tensor, lower_res_feature: torch.Tensor) -> torch.Tensor:
        """(N, higher_in_channels, H, W) and a coarse map to (N, out_channels, H, W)."""
        size = higher_res_feature.shape[2:]
        coarse = resize(lower_res_feature, size, mode='bilinear', align_corners=self.align_corners)
        return self.relu(self.conv_higher_res(higher_res_feature) + self.conv_lower_res(self.dwconv(coarse)))


@BACKBONES.register_module()
class FastSCNN(BaseBackbone):
    """FastSCNN; maps (N, in_channels, H, W) to a fine map, a coarse one and both joined, at 1/8, 1/32 and 1/8.

    Args:
        in_channels: channels of the images.
        downsample_dw_channels: channels of the first two convolutions.
        global_in_channels: channels of the fine map.
        global_block_channels: channels of each of the three groups of blocks.
        global_block_strides: stride of each group.
        global_out_channels: channels of the coarse map.
        higher_in_channels, lower_in_channels: must be ``global_in_channels`` and ``global_out_channels``.
        fusion_out_channels: channels of the joined map.
        out_indices: which of the three maps to return.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        align_corners: of every resizing.
        dw_act_cfg: activation between the depthwise and pointwise convolutions at the begin; None means none.
        init_cfg: initialization.

    Raises:
        ValueError: channels that must be equal are not.
    """

    default_init_cfg = CONVOLUTIONAL_INIT
    channels_last = False  # a training step then took an eighth more

    def __init__(
        self,
        in_channels: int = 3,
        downsample_dw_channels: Sequence[int] = (32, 48),
        global_in_channels: int = 64,
        global_block_channels: Sequence[int] = (64, 96, 128),
        global_block_strides: Sequence[int] = (2, 2, 1),
        global_out_channels: int = 128,
        higher_in_channels: int = 64,
        lower_in_channels: int = 128,
        fusion_out_channels: int = 128,
        out_indices: Sequence[int] = (0, 1, 2),
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        align_corners: bool = False,
        dw_act_cfg: dict | str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if (global_in_channels, global_out_channels) != (higher_in_channels, lower_in_channels):
            raise ValueError(
                f'FastSCNN: higher_in_channels is {higher_in_channels} and lower_in_channels {lower_in_channels}; they '
                f'must be global_in_channels, {global_in_channels}, and global_out_channels, {global_out_channels}')
        self.in_channels = in_channels
        self.downsample_dw_channels1, self.downsample_dw_channels2 = downsample_dw_channels
        self.global_in_channels = global_in_channels
        self.global_block_channels = global_block_channels
        self.global_block_strides = global_block_strides
        self.global_out_channels = global_out_channels
        self.higher_in_channels = higher_in_channels
        self.lower_in_channels = lower_in_channels
        self.fusion_out_channels = fusion_out_channels
        self.out_indices = out_indices
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.align_corners = align_corners
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        self.learning_to_downsample = LearningToDownsample(
            in_channels, downsample_dw_channels, global_in_channels, act_cfg=act_cfg, dw_act_cfg=dw_act_cfg, **layers)
        self.global_feature_extractor = GlobalFeatureExtractor(
            global_in_channels, global_block_channels, global_out_channels, strides=global_block_strides,
            act_cfg=act_cfg, align_corners=align_corners, **layers)
        self.feature_fusion = FeatureFusionModule(
            higher_in_channels, lower_in_channels, fusion_out_channels, dwconv_act_cfg=act_cfg,
            align_corners=align_corners, **layers)
        first, second, third = global_block_strides
        channels = global_in_channels, global_out_channels, fusion_out_channels
        self.out_channels = tuple(channels[i] for i in out_indices)
        self.out_strides = tuple((8, 8 * first * second * third, 8)[i] for i in out_indices)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        fine = self.learning_to_downsample(x)
        coarse = self.global_feature_extractor(fine)
        maps = fine, coarse, self.feature_fusion(fine, coarse)
        return tuple(maps[i] for i in self.out_indices)
