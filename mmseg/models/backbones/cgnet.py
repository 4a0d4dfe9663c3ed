"""CGNet (https://arxiv.org/abs/1811.08201)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import (
    ConvModule,
    Sequential,
    add_shortcut,
    build_activation_layer,
    build_conv_layer,
    build_norm_layer,
    run_side_by_side,
)
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import checkpointed

from .base_backbone import BaseBackbone

BN = dict(type='BN', requires_grad=True)
PRELU = dict(type='PReLU')


def _of_channels(act_cfg: dict, channels: int) -> dict:
    """A PReLU has one slope per channel."""
    return {**act_cfg, 'num_parameters': channels} if act_cfg.get('type') == 'PReLU' else act_cfg


class GlobalContextExtractor(nn.Module):
    """Scales each channel by what all cells together say.

    Args:
        channel: channels.
        reduction: ``channel`` over those in between.
        with_cp: recompute in the backward pass instead of keeping activations.

    Raises:
        ValueError: ``reduction`` is not in 1 ... ``channel``.
    """

    def __init__(self, channel: int, reduction: int = 16, with_cp: bool = False) -> None:
        super().__init__()
        if not 1 <= reduction <= channel:
            raise ValueError(f'GlobalContextExtractor: reduction is {reduction}; use 1 to {channel}, the channels')
        self.channel = channel
        self.reduction = reduction
        self.with_cp = with_cp
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction), nn.ReLU(inplace=True),
            nn.Linear(channel // reduction, channel), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return checkpointed(self._scaled, x, with_cp=self.with_cp)

    def _scaled(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.fc(self.avg_pool(x).flatten(1))[..., None, None]


class ContextGuidedBlock(nn.Module):
    """Each channel convolved nearby and further around, joined, and scaled by what all cells together say.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        dilation: of the convolution further around.
        reduction: of the :class:`GlobalContextExtractor`.
        skip_connect: add the input, unless ``downsample``.
        downsample: halve the size.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        with_cp: recompute the block in the backward pass instead of keeping its activations.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        dilation: int = 2,
        reduction: int = 16,
        skip_connect: bool = True,
        downsample: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict = BN,
        act_cfg: dict = PRELU,
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.with_cp = with_cp
        self.downsample = downsample
        self.skip_connect = skip_connect and not downsample
        channels = out_channels if downsample else out_channels // 2
        geometry = dict(kernel_size=3, stride=2, padding=1) if downsample else dict(kernel_size=1)
        self.conv1x1 = ConvModule(
            in_channels, channels, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=_of_channels(act_cfg, channels),
            **geometry)
        each = dict(kernel_size=3, groups=channels, bias=False)
        self.f_loc = build_conv_layer(conv_cfg, channels, channels, padding=1, **each)
        self.f_sur = build_conv_layer(conv_cfg, channels, channels, padding=dilation, dilation=dilation, **each)
        self.bn = build_norm_layer(norm_cfg, 2 * channels)[1]
        self.activate = build_activation_layer(_of_channels(PRELU, 2 * channels))
        if downsample:
            self.bottleneck = build_conv_layer(conv_cfg, 2 * channels, out_channels, kernel_size=1, bias=False)
        self.f_glo = GlobalContextExtractor(out_channels, reduction)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H, W), or half that size."""
        return checkpointed(self._block, x, with_cp=self.with_cp)

    def _block(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv1x1(x)
        out = run_side_by_side(out, [self.f_loc, self.f_sur], [self.bn, self.activate])
        out = self.f_glo(self.bottleneck(out) if self.downsample else out)
        return add_shortcut(out, x) if self.skip_connect else out


class InputInjection(nn.Module):
    """Average-pools an image to half its size, so many times.

    Args:
        num_downsampling: how many times.
    """

    def __init__(self, num_downsampling: int) -> None:
        super().__init__()
        self.pool = nn.ModuleList(nn.AvgPool2d(3, stride=2, padding=1) for _ in range(num_downsampling))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, C, H / 2^n, W / 2^n)."""
        for pool in self.pool:
            x = pool(x)
        return x


@BACKBONES.register_module()
class CGNet(BaseBackbone):
    """CGNet; maps (N, in_channels, H, W) to a list of three maps, at 1/2, 1/4 and 1/8 of the size.

    Args:
        in_channels: channels of the images.
        num_channels: width of the stem and of both stages.
        num_blocks: blocks of both stages.
        dilations: of the blocks of both stages.
        reductions: of what their blocks say about all cells together.
        conv_cfg, norm_cfg, act_cfg: configs of the layers; what joins maps has PReLU in any case.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: there are not two stages.
    """

    recompute_norm = False  # of 270 MB it saved 50, for a twelfth of the time

    default_init_cfg = [
        dict(type='Kaiming', layer=['Conv2d', 'Linear']),
        dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
        dict(type='Constant', val=0, layer='PReLU'),
    ]

    def __init__(
        self,
        in_channels: int = 3,
        num_channels: Sequence[int] = (32, 64, 128),
        num_blocks: Sequence[int] = (3, 21),
        dilations: Sequence[int] = (2, 4),
        reductions: Sequence[int] = (8, 16),
        conv_cfg: dict | None = None,
        norm_cfg: dict = BN,
        act_cfg: dict = PRELU,
        norm_eval: bool = False,
        with_cp: bool = False,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp)
        lists = dict(num_channels=num_channels, num_blocks=num_blocks, dilations=dilations, reductions=reductions)
        for name, value in lists.items():
            if len(value) != (3 if name == 'num_channels' else 2):
                raise ValueError(f'CGNet: {name} is {value}; give one number per stage'
                                 + (', and before them that of the stem' if name == 'num_channels' else ''))
        self.in_channels = in_channels
        self.num_channels, self.num_blocks = num_channels, num_blocks
        self.dilations, self.reductions = dilations, reductions
        self.conv_cfg, self.norm_cfg, self.act_cfg = conv_cfg, norm_cfg, act_cfg

        width = num_channels[0]
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=_of_channels(act_cfg, width))
        self.stem = nn.ModuleList(
            ConvModule(width if i else in_channels, width, 3, 1 if i else 2, padding=1, **layers) for i in range(3))
        self.inject_2x = InputInjection(1)
        self.inject_4x = InputInjection(2)
        joined = width + in_channels, 2 * num_channels[1] + in_channels, 2 * num_channels[2]
        self.norm_prelu_0 = self._norm_prelu(joined[0])
        self.level1 = self._level(0, joined[0])
        self.norm_prelu_1 = self._norm_prelu(joined[1])
        self.level2 = self._level(1, joined[1])
        self.norm_prelu_2 = self._norm_prelu(joined[2])
        self.out_channels = joined
        self.out_strides = (2, 4, 8)

    def _norm_prelu(self, channels: int) -> Sequential:
        norm = build_norm_layer(self.norm_cfg, channels)[1]
        return Sequential(norm, build_activation_layer(_of_channels(PRELU, channels)))

    def _level(self, stage: int, in_channels: int) -> nn.ModuleList:
        width = self.num_channels[stage + 1]
        return nn.ModuleList(
            ContextGuidedBlock(
                width if i else in_channels, width, self.dilations[stage], self.reductions[stage], downsample=i == 0,
                conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg, with_cp=self.with_cp)
            for i in range(self.num_blocks[stage]))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        # No name holds a map that was joined: it would lie beside those of all that follows.
        halved, quartered = self.inject_2x(x), self.inject_4x(x)
        first = self.norm_prelu_0(torch.cat([self._stem(x), halved], dim=1))
        del halved
        second = self.norm_prelu_1(torch.cat([*reversed(_through(self.level1, first)), quartered], dim=1))
        return [first, second, self.norm_prelu_2(torch.cat(_through(self.level2, second), dim=1))]

    def _stem(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.stem:
            x = layer(x)
        return x


def _through(level: nn.ModuleList, x: torch.Tensor) -> list[torch.Tensor]:
    """What comes out of the first block of a level and of its last."""
    first = x = level[0](x)
    for block in level[1:]:
        x = block(x)
    return [first, x]
