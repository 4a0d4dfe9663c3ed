"""BiSeNet V2 (https://arxiv.org/abs/2004.02147)."""

import itertools
from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, DepthwiseSeparableConvModule, build_activation_layer, build_norm_layer
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import resize

from .base_backbone import BaseBackbone
from .pretrained import CONVOLUTIONAL_INIT

BN = dict(type='BN')
RELU = dict(type='ReLU')


class DetailBranch(BaseModule):
    """Few and wide convolutions, which keep details: three stages that halve the size.

    Args:
        detail_channels: channels of each stage.
        in_channels: channels of the images.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        detail_channels: Sequence[int] = (64, 64, 128),
        in_channels: int = 3,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers = dict(padding=1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.detail_branch = nn.ModuleList(
            nn.Sequential(
                ConvModule(before, width, 3, stride=2, **layers),
                *(ConvModule(width, width, 3, **layers) for _ in range(2 if i else 1)))
            for i, (before, width) in enumerate(zip([in_channels, *detail_channels], detail_channels)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, detail_channels[-1], H / 8, W / 8)."""
        for stage in self.detail_branch:
            x = stage(x)
        return x


class StemBlock(BaseModule):
    """A convolution, and behind it a pooling beside two convolutions.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 16,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.conv_first = ConvModule(in_channels, out_channels, 3, stride=2, padding=1, **layers)
        self.convs = nn.Sequential(
            ConvModule(out_channels, out_channels // 2, 1, **layers),
            ConvModule(out_channels // 2, out_channels, 3, stride=2, padding=1, **layers))
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.fuse_last = ConvModule(out_channels * 2, out_channels, 3, padding=1, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / 4, W / 4)."""
        x = self.conv_first(x)
        return self.fuse_last(torch.cat([self.convs(x), self.pool(x)], dim=1))


class GELayer(BaseModule):
    """Gathers around each cell and expands the channels: a block with depthwise convolutions in its wide middle.

    Args:
        in_channels, out_channels: channels of the input and of the output; equal where ``stride`` is 1.
        exp_ratio: width in the middle relative to ``in_channels``.
        stride: 1, or 2 for half the size.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        exp_ratio: int = 6,
        stride: int = 1,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        width = in_channels * exp_ratio
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        each = dict(padding=1, groups=in_channels, **layers)
        self.conv1 = ConvModule(in_channels, in_channels, 3, padding=1, act_cfg=act_cfg, **layers)
        if stride == 1:
            self.dwconv = nn.Sequential(ConvModule(in_channels, width, 3, act_cfg=act_cfg, **each))
            self.shortcut = None
        else:
            self.dwconv = nn.Sequential(
                ConvModule(in_channels, width, 3, stride=stride, bias=False, act_cfg=None, **each),
                ConvModule(width, width, 3, act_cfg=act_cfg, **{**each, 'groups': width}))
            self.shortcut = nn.Sequential(DepthwiseSeparableConvModule(
                in_channels, out_channels, 3, stride=stride, padding=1, norm_cfg=norm_cfg, act_cfg=None))
        self.conv2 = nn.Sequential(ConvModule(width, out_channels, 1, bias=False, act_cfg=None, **layers))
        self.act = build_activation_layer(act_cfg, inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return self.act(self.conv2(self.dwconv(self.conv1(x))) + shortcut)


class CEBlock(BaseModule):
    """Adds what all cells together say, then convolves.

    Args:
        in_channels, out_channels: channels of the input and of the output, which are equal.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 16,
        conv_cfg: dict | None = None,
        norm_cfg: dict = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.out_channels = out_channels
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.gap = nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), build_norm_layer(norm_cfg, in_channels)[1])
        self.conv_gap = ConvModule(in_channels, out_channels, 1, **layers)
        self.conv_last = ConvModule(out_channels, out_channels, 3, padding=1, **layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return self.conv_last(x + self.conv_gap(self.gap(x)))


class SemanticBranch(BaseModule):
    """Narrow and deep: a stem, stages of :class:`GELayer`, and a :class:`CEBlock`.

    Args:
        semantic_channels: channels of the stem and of each stage.
        in_channels: channels of the images.
        exp_ratio: of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        semantic_channels: Sequence[int] = (16, 32, 64, 128),
        in_channels: int = 3,
        exp_ratio: int = 6,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.semantic_channels = semantic_channels
        last = len(semantic_channels)
        self.stage1 = StemBlock(in_channels, semantic_channels[0])
        for i, (before, width) in enumerate(itertools.pairwise(semantic_channels), start=2):
            further = (GELayer(width, width, exp_ratio, 1) for _ in range(3 if i == last else 1))
            self.add_module(f'stage{i}', nn.Sequential(GELayer(before, width, exp_ratio, 2), *further))
        self.add_module(f'stage{last}_CEBlock', CEBlock(semantic_channels[-1], semantic_channels[-1]))
        self.semantic_stages = [name for name, _ in self.named_children()]

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The map of each stage, at 1/4, 1/8, ... of the size, and that of the CEBlock, as small as the last."""
        maps = []
        for name in self.semantic_stages:
            x = getattr(self, name)(x)
            maps.append(x)
        return maps


class BGALayer(BaseModule):
    """Bilateral guided aggregation: each branch weighs the other, at the size of either.

    Args:
        out_channels: channels of both inputs and of the output.
        align_corners: of the resizing.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        init_cfg: initialization.
    """

    def __init__(
        self,
        out_channels: int = 128,
        align_corners: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.out_channels = out_channels
        self.align_corners = align_corners
        layers = dict(padding=1, conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        separable = dict(kernel_size=3, padding=1, dw_norm_cfg=norm_cfg, dw_act_cfg=None, pw_act_cfg=None)
        width = out_channels
        self.detail_dwconv = nn.Sequential(DepthwiseSeparableConvModule(width, width, **separable))
        self.detail_down = nn.Sequential(
            ConvModule(width, width, 3, stride=2, bias=False, act_cfg=None, **layers),
            nn.AvgPool2d(kernel_size=3, stride=2, padding=1))
        self.semantic_conv = nn.Sequential(ConvModule(width, width, 3, bias=False, act_cfg=None, **layers))
        self.semantic_dwconv = nn.Sequential(DepthwiseSeparableConvModule(width, width, **separable))
        self.conv = ConvModule(width, width, 3, act_cfg=act_cfg, **layers)

    def forward(self, x_d: torch.Tensor, x_s: torch.Tensor) -> torch.Tensor:
        """Details (N, C, H, W) and meaning (N, C, H / 4, W / 4) to (N, C, H, W)."""
        fine = self.detail_dwconv(x_d) * self._resized(self.semantic_conv(x_s), x_d).sigmoid()
        coarse = self.detail_down(x_d) * self.semantic_dwconv(x_s).sigmoid()
        return self.conv(fine + self._resized(coarse, fine))

    def _resized(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return resize(x, like.shape[2:], mode='bilinear', align_corners=self.align_corners)


@BACKBONES.register_module()
class BiSeNetV2(BaseBackbone):
    """BiSeNetV2; maps (N, in_channels, H, W) to the joined map (1/8 of the size) and the semantic ones (1/4 to 1/32).

    Args:
        in_channels: channels of the images.
        detail_channels: channels of each stage of the detail branch.
        semantic_channels: channels of each stage of the semantic branch.
        semantic_expansion_ratio: how much wider its blocks are in their middle.
        bga_channels: channels of the joined map, and the last ones of both branches.
        out_indices: which of the maps to return.
        align_corners: of the resizing where the branches meet.
        conv_cfg, norm_cfg, act_cfg: without effect, as ever: everything has BN and ReLU.
        init_cfg: initialization.

    Raises:
        ValueError: the branches end in other channels than ``bga_channels``.
    """

    default_init_cfg = CONVOLUTIONAL_INIT

    def __init__(
        self,
        in_channels: int = 3,
        detail_channels: Sequence[int] = (64, 64, 128),
        semantic_channels: Sequence[int] = (16, 32, 64, 128),
        semantic_expansion_ratio: int = 6,
        bga_channels: int = 128,
        out_indices: Sequence[int] = (0, 1, 2, 3, 4),
        align_corners: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = BN,
        act_cfg: dict | None = RELU,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if not detail_channels[-1] == semantic_channels[-1] == bga_channels:
            raise ValueError(f'BiSeNetV2: detail_channels {detail_channels} and semantic_channels {semantic_channels} '
                             f'must end in bga_channels, {bga_channels}')
        self.in_channels = in_channels
        self.out_indices = out_indices
        self.detail_channels = detail_channels
        self.semantic_channels = semantic_channels
        self.semantic_expansion_ratio = semantic_expansion_ratio
        self.bga_channels = bga_channels
        self.align_corners = align_corners
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.detail = DetailBranch(detail_channels, in_channels)
        self.semantic = SemanticBranch(semantic_channels, in_channels, semantic_expansion_ratio)
        self.bga = BGALayer(bga_channels, align_corners)
        strides = [4 * 2**i for i in range(len(semantic_channels))]
        self.out_channels = tuple((bga_channels, *semantic_channels)[i] for i in out_indices)
        self.out_strides = tuple((2 ** len(detail_channels), *strides)[i] for i in out_indices)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        detail = self.detail(x)  # first: its large maps leave room for all that come later
        *maps, meaning = self.semantic(x)
        maps = [self.bga(detail, meaning), *maps]
        return tuple(maps[i] for i in self.out_indices)
