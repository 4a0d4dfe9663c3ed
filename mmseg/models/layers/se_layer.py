"""Squeeze and excitation."""
from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import ConvModule

from .make_divisible import make_divisible


class SELayer(nn.Module):
    """Scale each channel by what all cells together say (https://arxiv.org/abs/1709.01507).

    Args:
        channels: of the map.
        ratio: ``channels`` over those in between.
        conv_cfg: config of both convolutions.
        act_cfg: config of both activations, or one of each.

    Raises:
        ValueError: if ``act_cfg`` is neither.
    """

    def __init__(
        self,
        channels: int,
        ratio: int = 16,
        conv_cfg: dict | None = None,
        act_cfg: dict | Sequence[dict] = (
            dict(type='ReLU'), dict(type='HSigmoid', bias=3.0, divisor=6.0)),
    ) -> None:
        super().__init__()
        act_cfgs = [act_cfg] * 2 if isinstance(act_cfg, dict) else act_cfg
        if len(act_cfgs) != 2 or not all(isinstance(cfg, dict) for cfg in act_cfgs):
            raise ValueError(f'SELayer: act_cfg is {act_cfg!r}; give a config, or two of them')
        squeezed = make_divisible(channels // ratio, 8)
        self.global_avgpool = nn.AdaptiveAvgPool2d(1)
        self.conv1 = ConvModule(channels, squeezed, 1, conv_cfg=conv_cfg, act_cfg=act_cfgs[0])
        self.conv2 = ConvModule(squeezed, channels, 1, conv_cfg=conv_cfg, act_cfg=act_cfgs[1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return x * self.conv2(self.conv1(self.global_avgpool(x)))
