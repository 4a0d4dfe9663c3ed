"""The head of PSPNet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule, is_untouched
from mmcv.ops import has_kernel, pyramid_pool
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, conv_module_over_resized, resize

from .decode_head import BaseDecodeHead


class PPM(nn.ModuleList):
    """Pyramid pooling: the input averaged over grids of several sizes, each with a 1x1 convolution.

    Args:
        pool_scales: cells per side of each grid.
        in_channels: channels of the input.
        channels: channels of each level.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        align_corners: of the resizing.
        fused: pool over all grids in one pass, where the compiled operators can.
        kwargs: further arguments of the :class:`ConvModule`.

    Raises:
        ValueError: pool_scales are no positive integers.
    """

    exact_switches = ('fused',)

    def __init__(
        self,
        pool_scales: Sequence[int],
        in_channels: int,
        channels: int,
        conv_cfg: dict | None,
        norm_cfg: dict | None,
        act_cfg: dict | None,
        align_corners: bool,
        fused: bool = True,
        **kwargs: Any,
    ) -> None:
        several = isinstance(pool_scales, Sequence) and len(pool_scales) > 0
        if not several or not all(isinstance(scale, int) and scale > 0 for scale in pool_scales):
            raise ValueError(f'pool_scales is {pool_scales!r}; give positive integers, such as (1, 2, 3, 6)')
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg, **kwargs)
        super().__init__(
            nn.Sequential(nn.AdaptiveAvgPool2d(scale), ConvModule(in_channels, channels, 1, **layers))
            for scale in pool_scales
        )
        self.pool_scales = pool_scales
        self.in_channels = in_channels
        self.channels = channels
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.align_corners = align_corners
        self.fused = fused

    def pool(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The levels as they are, (N, channels, s, s) for each scale s."""
        if not (self.fused and has_kernel('pyramid_pool', x) and all(map(_pools_squares, self))):
            return [level(x) for level in self]
        return [conv(p) for (_, conv), p in zip(self, pyramid_pool(x, [pool.output_size for pool, _ in self]))]

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The levels resized to the size of ``x`` (N, in_channels, H, W), each (N, channels, H, W)."""
        size = x.shape[2:]
        return [resize(p, size, mode='bilinear', align_corners=self.align_corners) for p in self.pool(x)]


def _pools_squares(level: nn.Sequential) -> bool:
    """Whether a level is as PPM made it: nobody has put in another pool or waits for a call with a hook."""
    if len(level) != 2 or not is_untouched(level, nn.Sequential):
        return False
    return is_untouched(level[0], nn.AdaptiveAvgPool2d) and isinstance(level[0].output_size, int)


@HEADS.register_module()
class PSPHead(BaseDecodeHead):
    """Pyramid scene parsing (https://arxiv.org/abs/1612.01105).

    Args:
        pool_scales: cells per side of each pooling grid.
        factored: convolve over the pyramid without enlarging it first: half the multiplications and less memory, with
            the same parameters and, up to rounding, the same results (see :mod:`mmseg.models.layers.resized_conv`).
            Has no effect where the bottleneck is no ordinary convolution, or where somebody's own code or hooks stand
            in it or in the pyramid.
        kwargs: see :class:`BaseDecodeHead`.
    """

    exact_switches = ('factored',)

    def __init__(self, pool_scales: Sequence[int] = (1, 2, 3, 6), factored: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pool_scales = pool_scales
        self.factored = factored
        layers = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.psp_modules = PPM(
            pool_scales, self.in_channels, self.channels, align_corners=self.align_corners, fused=self.fused, **layers
        )
        self.bottleneck = ConvModule(
            self.in_channels + len(pool_scales) * self.channels, self.channels, 3, padding=1, **layers
        )

    def _forward_feature(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Feature map (N, channels, h, w) before the classifier."""
        x = self._transform_inputs(inputs)
        pyramid = self.psp_modules
        if self.factored and can_factor(self.bottleneck) and is_untouched(pyramid, PPM):
            return conv_module_over_resized(self.bottleneck, x, pyramid.pool(x), pyramid.align_corners)
        return self.bottleneck(torch.cat([x, *pyramid(x)], dim=1))

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        return self.cls_seg(self._forward_feature(inputs))
