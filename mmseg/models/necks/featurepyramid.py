"""A pyramid out of maps of one size."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, build_norm_layer
from mmseg.models.builder import NECKS

_NAMES = {4: 'upsample_4x', 2: 'upsample_2x', 1: 'identity', 0.5: 'downsample_2x', 0.25: 'downsample_4x'}


@NECKS.register_module()
class Feature2Pyramid(BaseModule):
    """Rescales the maps of a plain vision transformer to the sizes of a pyramid.

    BEiT (https://arxiv.org/abs/2106.08254) does so.

    Args:
        embed_dim: channels of every map.
        rescales: by how much each map is enlarged: 4 and 2 by transposed convolutions, 1 not at all, 0.5 and 0.25 by
            max pooling. They come out in the order of this list of factors, largest first.
        norm_cfg: config of the normalization between the two steps of 4.

    Raises:
        ValueError: another factor.
    """

    def __init__(
        self,
        embed_dim: int,
        rescales: Sequence[float] = (4, 2, 1, 0.5),
        norm_cfg: dict = dict(type='SyncBN', requires_grad=True),  # noqa: B006
    ) -> None:
        super().__init__()
        for factor in rescales:
            if factor not in _NAMES:
                raise ValueError(f'Feature2Pyramid: rescales has {factor}; use {", ".join(map(str, _NAMES))}')
        self.rescales = list(rescales)
        for factor in rescales:
            self.add_module(_NAMES[factor], _rescaling(factor, embed_dim, norm_cfg))

    def forward(self, inputs: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Maps (N, embed_dim, H, W) to maps (N, embed_dim, factor * H, factor * W)."""
        if len(inputs) != len(self.rescales):
            raise ValueError(f'Feature2Pyramid: {len(inputs)} maps, but rescales has {len(self.rescales)}')
        # The largest factor takes the first map, whatever the order of the argument.
        factors = sorted(self.rescales, reverse=True)
        return tuple(self.get_submodule(_NAMES[factor])(x) for factor, x in zip(factors, inputs))


def _rescaling(factor: float, channels: int, norm_cfg: dict) -> nn.Module:
    if factor == 1:
        return nn.Identity()
    if factor < 1:
        return nn.MaxPool2d(kernel_size=round(1 / factor), stride=round(1 / factor))

    def doubling() -> nn.ConvTranspose2d:
        return nn.ConvTranspose2d(channels, channels, kernel_size=2, stride=2)

    if factor == 2:
        return nn.Sequential(doubling())
    return nn.Sequential(doubling(), build_norm_layer(norm_cfg, channels)[1], nn.GELU(), doubling())
