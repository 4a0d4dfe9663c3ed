"""A pyramid out of the maps of a plain vision transformer."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ConvModule, build_norm_layer
from mmseg.models.builder import NECKS

_SCALES = (0.25, 0.5, 1, 2, 4)


@NECKS.register_module()
class ViTPyramid(BaseModule):
    """The simple pyramid of ViTDet (https://arxiv.org/abs/2203.16527): each level out of a map of one size.

    A level is enlarged by transposed convolutions, which halve its channels, or pooled, and goes through a 1x1 and a
    3x3 convolution, each with a norm.

    Args:
        in_channels: of the backbone's maps, one per level; a number, or a list of one, makes all levels of its last.
        out_channels: of every level.
        scales: by how much a level is enlarged: 4, 2, 1, 0.5 or 0.25.
        norm_cfg: config of the norms.
        init_cfg: initialization.

    Raises:
        ValueError: another scale, or neither one map nor one per level.
    """

    def __init__(
        self,
        in_channels: int | Sequence[int],
        out_channels: int = 256,
        scales: Sequence[float] = (4, 2, 1, 0.5),
        norm_cfg: dict = dict(type='LN2d', eps=1e-6),  # noqa: B006
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        wrong = [scale for scale in scales if scale not in _SCALES]
        if wrong:
            raise ValueError(f'ViTPyramid: scales has {wrong[0]}; use {", ".join(map(str, _SCALES))}')
        inputs = [in_channels] if isinstance(in_channels, int) else list(in_channels)
        if len(inputs) not in (1, len(scales)):
            raise ValueError(f'ViTPyramid: in_channels has {len(inputs)} maps for {len(scales)} scales; give one, or '
                             'one per scale')
        self.in_channels = inputs
        self.out_channels = out_channels
        self.scales = list(scales)
        widths = inputs * len(scales) if len(inputs) == 1 else inputs
        self.levels = nn.ModuleList(
            _level(width, out_channels, scale, norm_cfg) for width, scale in zip(widths, scales))

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Maps (N, in_channels[i], H, W) to maps (N, out_channels, scale * H, scale * W)."""
        maps = [inputs[-1]] * len(self.levels) if len(self.in_channels) == 1 else inputs
        if len(maps) != len(self.levels):
            raise ValueError(f'ViTPyramid: {len(maps)} maps, but in_channels has {len(self.in_channels)}')
        return tuple(level(map_) for level, map_ in zip(self.levels, maps))


def _level(channels: int, out_channels: int, scale: float, norm_cfg: dict) -> nn.Sequential:
    layers = []
    if scale < 1:
        layers.append(nn.MaxPool2d(round(1 / scale)))
    if scale == 4:
        half = channels // 2
        layers += [nn.ConvTranspose2d(channels, half, 2, 2), build_norm_layer(norm_cfg, half)[1], nn.GELU()]
        channels = half
    if scale > 1:
        layers.append(nn.ConvTranspose2d(channels, channels // 2, 2, 2))
        channels //= 2
    plain = dict(norm_cfg=norm_cfg, act_cfg=None)
    return nn.Sequential(*layers, ConvModule(channels, out_channels, 1, **plain),
                         ConvModule(out_channels, out_channels, 3, padding=1, **plain))
