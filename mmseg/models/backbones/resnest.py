"""ResNeSt (https://arxiv.org/abs/2004.08955)."""

from typing import Any

import torch
from torch import nn

from mmcv.cnn import build_conv_layer, build_norm_layer, run_layers
from mmseg.models.builder import BACKBONES

from .residual_blocks import Bottleneck as _Bottleneck
from .resnet import ResNet, ResNetV1d


class RSoftmax(nn.Module):
    """Softmax over the splits of each channel; for one split, the sigmoid.

    Args:
        radix: splits.
        groups: cardinal groups, between which the splits alternate.
    """

    def __init__(self, radix: int, groups: int) -> None:
        super().__init__()
        self.radix = radix
        self.groups = groups

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, groups * radix * C, 1, 1) to weights (N, radix * groups * C), the splits first."""
        if self.radix == 1:
            return x.flatten(1).sigmoid()
        return x.reshape(x.shape[0], self.groups, self.radix, -1).transpose(1, 2).softmax(dim=1).flatten(1)


class SplitAttentionConv2d(nn.Module):
    """A convolution that gives each channel several times, and how much of each to take.

    Args:
        in_channels, channels: channels of the input and of the output.
        kernel_size, stride, padding, dilation, groups: as of ``nn.Conv2d``.
        radix: how many times each channel is given.
        reduction_factor: ``in_channels * radix`` over the channels in between of what weighs them.
        conv_cfg, norm_cfg: configs of the layers.
        dcn: config of the convolution, instead of ``conv_cfg``.

    Raises:
        ValueError: ``conv_cfg`` and ``dcn`` are both given.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        radix: int = 2,
        reduction_factor: int = 4,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        dcn: dict | None = None,
    ) -> None:
        super().__init__()
        if conv_cfg is not None and dcn is not None:
            raise ValueError('conv_cfg and dcn exclude each other; set conv_cfg=None')
        between = max(in_channels * radix // reduction_factor, 32)
        self.radix = radix
        self.groups = groups
        self.channels = channels
        self.conv = build_conv_layer(
            dcn or conv_cfg, in_channels, channels * radix, kernel_size, stride=stride, padding=padding,
            dilation=dilation, groups=groups * radix, bias=False)
        self.norm0_name, norm0 = build_norm_layer(norm_cfg, channels * radix, postfix=0)
        self.add_module(self.norm0_name, norm0)
        self.relu = nn.ReLU(inplace=True)
        self.fc1 = build_conv_layer(None, channels, between, 1, groups=groups)
        self.norm1_name, norm1 = build_norm_layer(norm_cfg, between, postfix=1)
        self.add_module(self.norm1_name, norm1)
        self.fc2 = build_conv_layer(None, between, channels * radix, 1, groups=groups)
        self.rsoftmax = RSoftmax(radix, groups)

    @property
    def norm0(self) -> nn.Module:
        """Normalization after the convolution."""
        return getattr(self, self.norm0_name)

    @property
    def norm1(self) -> nn.Module:
        """Normalization in what weighs the splits."""
        return getattr(self, self.norm1_name)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) to (N, channels, H', W')."""
        x = run_layers(x, [self.conv, self.norm0, self.relu])  # (N, radix * channels, H', W')
        mean = x.mean((2, 3), keepdim=True).unflatten(1, (self.radix, -1)).sum(1)  # (N, channels, 1, 1)
        weights = self.rsoftmax(self.fc2(self.relu(self.norm1(self.fc1(mean)))))[..., None, None]
        first, *others = zip(x.chunk(self.radix, dim=1), weights.chunk(self.radix, dim=1))
        out = first[0] * first[1]
        for split, weight in others:
            out = torch.addcmul(out, split, weight)
        return out


class Bottleneck(_Bottleneck):
    """A residual block whose 3x3 convolution is a :class:`SplitAttentionConv2d`.

    Args:
        inplanes, planes: input channels, and width.
        groups, base_width, base_channels: as of :class:`~mmseg.models.backbones.residual_blocks.Bottleneck`.
        radix, reduction_factor: of the convolution.
        avg_down_stride: average-pool behind the convolution instead of striding it.
        kwargs: see :class:`~mmseg.models.backbones.residual_blocks.Bottleneck`.
    """

    def __init__(
        self,
        inplanes: int,
        planes: int,
        groups: int = 1,
        base_width: int = 4,
        base_channels: int = 64,
        radix: int = 2,
        reduction_factor: int = 4,
        avg_down_stride: bool = True,
        **kwargs: Any,
    ) -> None:
        self.radix = radix  # plain values, which the constructor of the base asks for
        self.reduction_factor = reduction_factor
        self.avg_down_stride = avg_down_stride
        super().__init__(
            inplanes, planes, groups=groups, base_width=base_width, base_channels=base_channels, **kwargs)

    def _add_middle(self, conv_cfg: dict | None, norm_cfg: dict) -> None:
        self.avg_down_stride = self.avg_down_stride and self.conv2_stride > 1
        self.conv2 = SplitAttentionConv2d(
            self.width, self.width, 3, stride=1 if self.avg_down_stride else self.conv2_stride, padding=self.dilation,
            dilation=self.dilation, groups=self.groups, radix=self.radix, reduction_factor=self.reduction_factor,
            conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        if self.avg_down_stride:
            self.avd_layer = nn.AvgPool2d(3, self.conv2_stride, padding=1)

    def _middle(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv2(x)
        return self.avd_layer(x) if self.avg_down_stride else x


@BACKBONES.register_module()
class ResNeSt(ResNetV1d):
    """A :class:`ResNetV1d` of blocks with split attention.

    Args:
        groups: cardinal groups of each 3x3 convolution.
        base_width: channels of each group in the first stage, if ``base_channels`` is 64.
        radix: how many times the convolution gives each channel.
        reduction_factor: of the layers that weigh these.
        avg_down_stride: average-pool behind the convolution instead of striding it.
        kwargs: see :class:`ResNet`; ``depth`` is 50, 101, 152 or 200, and ``zero_init_residual`` has no
            effect, as ever.
    """

    recompute_norm = True  # convolutions of groups take few products, but long
    arch_settings = {
        **{depth: (Bottleneck, ResNet.arch_settings[depth][1]) for depth in (50, 101, 152)},
        200: (Bottleneck, (3, 24, 36, 3)),
    }

    def __init__(
        self,
        groups: int = 1,
        base_width: int = 4,
        radix: int = 2,
        reduction_factor: int = 4,
        avg_down_stride: bool = True,
        **kwargs: Any,
    ) -> None:
        # plain values, which the constructor of the base asks for
        self.groups, self.base_width = groups, base_width
        self.radix, self.reduction_factor = radix, reduction_factor
        self.avg_down_stride = avg_down_stride
        super().__init__(**kwargs)

    def _block_init_cfg(self) -> dict | None:
        return None

    def make_res_layer(self, **kwargs: Any) -> nn.Module:
        """Build a stage."""
        return super().make_res_layer(
            groups=self.groups, base_width=self.base_width, base_channels=self.base_channels, radix=self.radix,
            reduction_factor=self.reduction_factor, avg_down_stride=self.avg_down_stride, **kwargs)
