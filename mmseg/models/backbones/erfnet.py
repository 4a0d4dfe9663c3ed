"""ERFNet (https://ieeexplore.ieee.org/document/8063438)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import (
    BaseModule,
    build_activation_layer,
    build_conv_layer,
    build_dropout,
    build_norm_layer,
    run_layers,
)
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import has_size, resize

from .base_backbone import BaseBackbone

BN = dict(type='BN', eps=1e-3)
RELU = dict(type='ReLU')


class DownsamplerBlock(BaseModule):
    """A convolution and a pooling side by side, both of which halve the size.

    Args:
        in_channels, out_channels: channels of the input and of the output; the convolution gives the difference.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict = BN,
        act_cfg: dict = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.conv = build_conv_layer(
            conv_cfg, in_channels, out_channels - in_channels, kernel_size=3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)
        self.bn = build_norm_layer(norm_cfg, out_channels)[1]
        self.act = build_activation_layer(act_cfg, inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / 2, W / 2), rounded up."""
        convolved, pooled = self.conv(x), self.pool(x)
        if not has_size(pooled, convolved.shape[2:]):  # pooling rounds down
            pooled = resize(pooled, convolved.shape[2:], mode='bilinear', align_corners=False)
        return self.act(self.bn(torch.cat([convolved, pooled], dim=1)))


class NonBottleneck1d(BaseModule):
    """A residual block of convolutions over three rows and over three columns in turn.

    Args:
        channels: channels.
        drop_rate: of the dropout at its end.
        dilation: of all but the first two convolutions.
        num_conv_layer: pairs of convolutions.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        channels: int,
        drop_rate: float = 0,
        dilation: int = 1,
        num_conv_layer: int = 2,
        conv_cfg: dict | None = None,
        norm_cfg: dict = BN,
        act_cfg: dict = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.act = build_activation_layer(act_cfg, inplace=True)
        self.convs_layers = nn.ModuleList()
        for i in range(num_conv_layer):
            d = dilation if i else 1
            rows = dict(kernel_size=(3, 1), padding=(d, 0), dilation=(d, 1))
            columns = dict(kernel_size=(1, 3), padding=(0, d), dilation=(1, d))
            self.convs_layers.extend([
                build_conv_layer(conv_cfg, channels, channels, bias=True, **rows),
                self.act,
                build_conv_layer(conv_cfg, channels, channels, bias=True, **columns),
                build_norm_layer(norm_cfg, channels)[1],
                build_dropout(dict(type='Dropout', drop_prob=drop_rate)) if i else self.act,
            ])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) to the same."""
        return self.act(run_layers(x, self.convs_layers) + x)


class UpsamplerBlock(BaseModule):
    """A transposed convolution that doubles the size.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        conv_cfg: without effect.
        norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict = BN,
        act_cfg: dict = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.conv = nn.ConvTranspose2d(in_channels, out_channels, 3, stride=2, padding=1, output_padding=1)
        self.bn = build_norm_layer(norm_cfg, out_channels)[1]
        self.act = build_activation_layer(act_cfg, inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, 2 H, 2 W)."""
        return self.act(self.bn(self.conv(x)))


@BACKBONES.register_module()
class ERFNet(BaseBackbone):
    """ERFNet; maps (N, in_channels, H, W) to a list of one map, at 1/2 of the size.

    Args:
        in_channels: channels of the images.
        enc_downsample_channels: channels of each step that halves the size.
        enc_stage_non_bottlenecks: residual blocks behind each step but the first.
        enc_non_bottleneck_dilations: dilations of the last of these blocks, in turn.
        enc_non_bottleneck_channels: their channels; those of the steps count.
        dec_upsample_channels: channels of each step that doubles the size; those of its blocks count.
        dec_stages_non_bottleneck: residual blocks behind each of these steps.
        dec_non_bottleneck_channels: their channels, and those of the steps.
        dropout_ratio: of the residual blocks before the size grows.
        conv_cfg, norm_cfg, act_cfg: without effect, as ever: everything has BN with an eps of 0.001, and ReLU.
        init_cfg: initialization.

    Raises:
        ValueError: lists that belong together differ in length.
    """

    recompute_norm = False  # of 376 MB it saved 9, for a fifth of the time
    channels_last = False  # a training step then took an eighth more

    def __init__(
        self,
        in_channels: int = 3,
        enc_downsample_channels: Sequence[int] = (16, 64, 128),
        enc_stage_non_bottlenecks: Sequence[int] = (5, 8),
        enc_non_bottleneck_dilations: Sequence[int] = (2, 4, 8, 16),
        enc_non_bottleneck_channels: Sequence[int] = (64, 128),
        dec_upsample_channels: Sequence[int] = (64, 16),
        dec_stages_non_bottleneck: Sequence[int] = (2, 2),
        dec_non_bottleneck_channels: Sequence[int] = (64, 16),
        dropout_ratio: float = 0.1,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN', requires_grad=True),  # noqa: B006
        act_cfg: dict = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        _check_lengths(
            enc_downsample_channels, enc_stage_non_bottlenecks=enc_stage_non_bottlenecks,
            enc_non_bottleneck_channels=enc_non_bottleneck_channels, dec_upsample_channels=dec_upsample_channels,
            dec_stages_non_bottleneck=dec_stages_non_bottleneck,
            dec_non_bottleneck_channels=dec_non_bottleneck_channels)
        if enc_stage_non_bottlenecks[-1] % len(enc_non_bottleneck_dilations):
            raise ValueError(
                f'ERFNet: enc_stage_non_bottlenecks ends in {enc_stage_non_bottlenecks[-1]}; it must be a multiple of '
                f'{len(enc_non_bottleneck_dilations)}, the number of enc_non_bottleneck_dilations')
        self.in_channels = in_channels
        self.enc_downsample_channels = enc_downsample_channels
        self.enc_stage_non_bottlenecks = enc_stage_non_bottlenecks
        self.enc_non_bottleneck_dilations = enc_non_bottleneck_dilations
        self.enc_non_bottleneck_channels = enc_non_bottleneck_channels
        self.dec_upsample_channels = dec_upsample_channels
        self.dec_stages_non_bottleneck = dec_stages_non_bottleneck
        self.dec_non_bottleneck_channels = dec_non_bottleneck_channels
        self.dropout_ratio = dropout_ratio
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.encoder = self._make_encoder()
        self.decoder = self._make_decoder()
        self.out_channels = tuple(dec_non_bottleneck_channels[-1:])
        self.out_strides = (2,)

    def _make_encoder(self) -> nn.ModuleList:
        first, *widths = self.enc_downsample_channels
        layers, before = [DownsamplerBlock(self.in_channels, first)], first
        for i, (width, number) in enumerate(zip(widths, self.enc_stage_non_bottlenecks), start=1):
            dilations = self.enc_non_bottleneck_dilations if i == len(widths) else (1,)
            layers.append(DownsamplerBlock(before, width))
            layers += [NonBottleneck1d(width, self.dropout_ratio, dilations[k % len(dilations)]) for k in range(number)]
            before = width
        return nn.ModuleList(layers)

    def _make_decoder(self) -> nn.ModuleList:
        layers, before = [], self.enc_downsample_channels[-1]
        for width, number in zip(self.dec_non_bottleneck_channels, self.dec_stages_non_bottleneck):
            layers.append(UpsamplerBlock(before, width))
            layers += [NonBottleneck1d(width) for _ in range(number)]
            before = width
        return nn.ModuleList(layers)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        for layer in (*self.encoder, *self.decoder):
            x = layer(x)
        return [x]


def _check_lengths(enc_downsample_channels: Sequence[int], **lists: Sequence[int]) -> None:
    steps = len(enc_downsample_channels) - 1
    for name, value in lists.items():
        if len(value) != steps:
            raise ValueError(f'ERFNet: {name} is {value}; give {steps} numbers, one less than '
                             f'enc_downsample_channels, {enc_downsample_channels}')
