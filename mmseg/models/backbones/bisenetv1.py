"""BiSeNet (https://arxiv.org/abs/1808.00897)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule
from mmseg.models.builder import BACKBONES, build_backbone
from mmseg.models.layers import resize

from .base_backbone import BaseBackbone

BN = dict(type='BN')
RELU = dict(type='ReLU')


class SpatialPath(BaseModule):
    """Few and wide convolutions, which keep details: three that halve the size and one of 1x1.

    Args:
        in_channels: channels of the images.
        num_channels: channels of each of the four.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int = 3,
        num_channels: Sequence[int] = (64, 64, 64, 128),
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_length('SpatialPath: num_channels', num_channels, 4)
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        first, second, third, last = num_channels
        self.layer1 = ConvModule(in_channels, first, 7, stride=2, padding=3, **layers)
        self.layer2 = ConvModule(first, second, 3, stride=2, padding=1, **layers)
        self.layer3 = ConvModule(second, third, 3, stride=2, padding=1, **layers)
        self.layer4 = ConvModule(third, last, 1, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, num_channels[3], H / 8, W / 8)."""
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


class AttentionRefinementModule(BaseModule):
    """A convolution whose channels are scaled by what all its cells together say.

    Args:
        in_channels, out_channel: channels of the input and of the output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channel: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        self.conv_layer = ConvModule(in_channels, out_channel, 3, padding=1, act_cfg=act_cfg, **layers)
        self.atten_conv_layer = nn.Sequential(
            nn.AdaptiveAvgPool2d((1, 1)),
            ConvModule(out_channel, out_channel, 1, bias=False, act_cfg=None, **layers),
            nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channel, H, W)."""
        x = self.conv_layer(x)
        return x * self.atten_conv_layer(x)


class ContextPath(BaseModule):
    """A backbone, and its two coarsest maps enlarged and refined.

    Args:
        backbone_cfg: config of a backbone of four maps.
        context_channels: channels of both outputs, and of the backbone's last two maps.
        align_corners: without effect, as all resizing repeats the nearest cell.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        backbone_cfg: dict,
        context_channels: Sequence[int] = (128, 256, 512),
        align_corners: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_length('ContextPath: context_channels', context_channels, 3)
        width, channels16, channels32 = context_channels
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.backbone = build_backbone(backbone_cfg)
        self.align_corners = align_corners
        self.arm16 = AttentionRefinementModule(channels16, width)
        self.arm32 = AttentionRefinementModule(channels32, width)
        self.conv_head32 = ConvModule(width, width, 3, padding=1, **layers)
        self.conv_head16 = ConvModule(width, width, 3, padding=1, **layers)
        self.gap_conv = nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), ConvModule(channels32, width, 1, **layers))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, C, H, W) to maps of 1/8 and 1/16 of the size, (N, context_channels[0], H / 8, W / 8) the first."""
        _, x8, x16, x32 = self.backbone(x)
        x32 = resize(self.arm32(x32) + self.gap_conv(x32), x16.shape[2:])
        up16 = self.conv_head32(x32)
        up8 = self.conv_head16(resize(self.arm16(x16) + up16, x8.shape[2:]))
        return up8, up16


class FeatureFusionModule(BaseModule):
    """Joins details and context, and scales the channels by what all cells together say.

    Args:
        in_channels: channels of both maps together.
        out_channels: channels of the output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.conv1 = ConvModule(in_channels, out_channels, 1, **layers)
        self.gap = nn.AdaptiveAvgPool2d((1, 1))
        self.conv_atten = nn.Sequential(ConvModule(out_channels, out_channels, 1, bias=False, **layers), nn.Sigmoid())

    def forward(self, x_sp: torch.Tensor, x_cp: torch.Tensor) -> torch.Tensor:
        """Two maps of one size (N, C_i, H, W) to (N, out_channels, H, W)."""
        x = self.conv1(torch.cat([x_sp, x_cp], dim=1))
        return x * (1 + self.conv_atten(self.gap(x)))


@BACKBONES.register_module()
class BiSeNetV1(BaseBackbone):
    """BiSeNetV1; maps (N, in_channels, H, W) to the joined map and two of context alone, at 1/8, 1/8 and 1/16.

    Args:
        backbone_cfg: config of the context path's backbone, with four maps.
        in_channels: channels of the images.
        spatial_channels: channels of the four layers of the spatial path.
        context_channels: channels of the context path, and of the backbone's last two maps. The second is also those
            of both paths together.
        out_indices: which of the three maps to return.
        align_corners: without effect, as all resizing repeats the nearest cell.
        out_channels: channels of the joined map.
        conv_cfg, norm_cfg, act_cfg: without effect, as ever: what is around the backbone has BN and ReLU.
        init_cfg: initialization.

    Raises:
        ValueError: the channels are not as many as the layers.
    """

    def __init__(
        self,
        backbone_cfg: dict,
        in_channels: int = 3,
        spatial_channels: Sequence[int] = (64, 64, 64, 128),
        context_channels: Sequence[int] = (128, 256, 512),
        out_indices: Sequence[int] = (0, 1, 2),
        align_corners: bool = False,
        out_channels: int = 256,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN', requires_grad=True),  # noqa: B006
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        check_length('BiSeNetV1: spatial_channels', spatial_channels, 4)
        check_length('BiSeNetV1: context_channels', context_channels, 3)
        self.out_indices = out_indices
        self.align_corners = align_corners
        self.context_path = ContextPath(backbone_cfg, context_channels, align_corners)
        self.spatial_path = SpatialPath(in_channels, spatial_channels)
        self.ffm = FeatureFusionModule(context_channels[1], out_channels)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.out_channels = tuple((out_channels, *context_channels[:1] * 2)[i] for i in out_indices)
        self.out_strides = tuple((8, 8, 16)[i] for i in out_indices)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        context8, context16 = self.context_path(x)
        joined = self.ffm(self.spatial_path(x), context8)
        maps = joined, context8, context16
        return tuple(maps[i] for i in self.out_indices)


def check_length(name: str, values: Sequence[int], length: int) -> None:
    """Refuse a list of another length."""
    if len(values) != length:
        raise ValueError(f'{name} is {values}; give {length} numbers')
