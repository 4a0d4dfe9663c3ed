"""Residual networks (https://arxiv.org/abs/1512.03385) of mmcv, with torchvision's names of weights."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from .frozen_backbone import FrozenBackbone


class ResidualBlock(nn.Module):
    """Convolutions ``conv1``, ``conv2`` ..., a batch norm after each, beside a shortcut.

    Args:
        inplanes: channels of the input.
        planes: width; the output has ``expansion`` times as many channels.
        stride, dilation: of the 3x3 convolution.
        downsample: what the shortcut goes through; None means nothing.
        style: 'pytorch' strides the 3x3 convolution, 'caffe' the first 1x1.
        with_cp: save memory, spend time.

    Raises:
        ValueError: another style.
    """

    expansion = 1

    def __init__(
        self, inplanes: int, planes: int, stride: int = 1, dilation: int = 1, downsample: nn.Module | None = None,
        style: str = 'pytorch', with_cp: bool = False,
    ) -> None:
        super().__init__()
        if style not in ('pytorch', 'caffe'):
            raise ValueError(f"{type(self).__name__}: style is {style!r}; use 'pytorch' or 'caffe'")
        self.stride = stride
        self.dilation = dilation
        self.with_cp = with_cp
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.depth = 0
        self.add_layers(inplanes, planes, style)

    def add_layers(self, inplanes: int, planes: int, style: str) -> None:
        """Two convolutions of 3x3."""
        self.add_layer(inplanes, planes, 3, self.stride, self.dilation)
        self.add_layer(planes, planes, 3)

    def add_layer(self, before: int, channels: int, kernel: int, stride: int = 1, dilation: int = 1) -> None:
        """The next convolution and its norm."""
        self.depth += 1
        padding = dilation * (kernel // 2)
        self.add_module(f'conv{self.depth}', nn.Conv2d(
            before, channels, kernel, stride, padding, dilation, bias=False))
        self.add_module(f'bn{self.depth}', nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, inplanes, H, W) to (N, expansion * planes, H / stride, W / stride)."""
        if self.with_cp and x.requires_grad:
            return self.relu(checkpoint(self._sum, x, use_reentrant=False))
        return self.relu(self._sum(x))

    def _sum(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        for number in range(1, self.depth + 1):
            out = self.get_submodule(f'bn{number}')(self.get_submodule(f'conv{number}')(out))
            out = self.relu(out) if number < self.depth else out
        return out + (x if self.downsample is None else self.downsample(x))


class BasicBlock(ResidualBlock):
    """Two convolutions of 3x3; arguments as for :class:`ResidualBlock`."""


class Bottleneck(ResidualBlock):
    """One of 3x3 between two of 1x1; arguments as for :class:`ResidualBlock`."""

    expansion = 4

    def add_layers(self, inplanes: int, planes: int, style: str) -> None:
        """Narrow, convolve, widen."""
        first, second = (1, self.stride) if style == 'pytorch' else (self.stride, 1)
        self.add_layer(inplanes, planes, 1, first)
        self.add_layer(planes, planes, 3, second, self.dilation)
        self.add_layer(planes, planes * self.expansion, 1)


class ResNet(FrozenBackbone):
    """ResNet; its stages are ``layer1`` ... ``layer4``.

    Args:
        depth: 18, 34, 50, 101 or 152.
        num_stages: 1 ... 4.
        strides: stride of the first block of each stage.
        dilations: dilation of each stage.
        out_indices: stages whose output is returned.
        style: 'pytorch' strides the 3x3 convolution of a block, 'caffe' the first 1x1.
        frozen_stages: as for :class:`FrozenBackbone`; the stem is frozen with 0.
        bn_eval, bn_frozen: see :class:`FrozenBackbone`.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.

    Attributes:
        feat_dim: channels of the last stage.

    Raises:
        ValueError: an argument is out of range.
    """

    arch_settings: dict[int, tuple[type[ResidualBlock], tuple[int, ...]]] = {
        18: (BasicBlock, (2, 2, 2, 2)),
        34: (BasicBlock, (3, 4, 6, 3)),
        50: (Bottleneck, (3, 4, 6, 3)),
        101: (Bottleneck, (3, 4, 23, 3)),
        152: (Bottleneck, (3, 8, 36, 3)),
    }

    def __init__(
        self,
        depth: int,
        num_stages: int = 4,
        strides: Sequence[int] = (1, 2, 2, 2),
        dilations: Sequence[int] = (1, 1, 1, 1),
        out_indices: Sequence[int] = (0, 1, 2, 3),
        style: str = 'pytorch',
        frozen_stages: int = -1,
        bn_eval: bool = True,
        bn_frozen: bool = False,
        with_cp: bool = False,
    ) -> None:
        super().__init__(frozen_stages, bn_eval, bn_frozen)
        if depth not in self.arch_settings:
            raise ValueError(f'ResNet: depth is {depth}; use one of {", ".join(map(str, self.arch_settings))}')
        if not 1 <= num_stages <= 4 or {len(strides), len(dilations)} != {num_stages} or max(out_indices) >= num_stages:
            raise ValueError(f'ResNet: num_stages={num_stages}, strides={strides}, dilations={dilations} and '
                             f'out_indices={out_indices} do not fit: use 1 to 4 stages, a stride and a dilation for '
                             'each, and stages that are there')
        block, blocks = self.arch_settings[depth]
        self.out_indices = out_indices
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.res_layers = [f'layer{stage + 1}' for stage in range(num_stages)]
        inplanes = 64
        for stage, name in enumerate(self.res_layers):
            planes = 64 * 2**stage
            self.add_module(name, make_res_layer(
                block, inplanes, planes, blocks[stage], strides[stage], dilations[stage], style, with_cp))
            inplanes = planes * block.expansion
        self.feat_dim = inplanes

    def parts_to_freeze(self) -> list[nn.Module]:
        """The stem and the first ``frozen_stages`` stages."""
        return [self.conv1, self.bn1, *map(self.get_submodule, self.res_layers[:self.frozen_stages])]

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """(N, 3, H, W) to a map per stage of ``out_indices``; a single one is no tuple."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        outs = []
        for stage, name in enumerate(self.res_layers):
            x = self.get_submodule(name)(x)
            if stage in self.out_indices:
                outs.append(x)
        return outs[0] if len(outs) == 1 else tuple(outs)


def make_res_layer(
    block: type[ResidualBlock], inplanes: int, planes: int, blocks: int, stride: int = 1, dilation: int = 1,
    style: str = 'pytorch', with_cp: bool = False,
) -> nn.Sequential:
    """A stage of ``blocks`` blocks, the first of which has the stride; arguments as for :class:`ResidualBlock`."""
    channels = planes * block.expansion
    downsample = None
    if stride != 1 or inplanes != channels:
        downsample = nn.Sequential(nn.Conv2d(inplanes, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
    rest = (block(channels, planes, 1, dilation, style=style, with_cp=with_cp) for _ in range(1, blocks))
    return nn.Sequential(block(inplanes, planes, stride, dilation, downsample, style, with_cp), *rest)
