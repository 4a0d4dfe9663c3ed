"""The head of non-local networks."""

from typing import Any

import torch

from mmcv.cnn import NonLocal2d
from mmseg.models.builder import HEADS

from .fcn_head import FCNHead


@HEADS.register_module()
class NLHead(FCNHead):
    """A non-local block (https://arxiv.org/abs/1711.07971) between two convolutions.

    Args:
        reduction: ``channels`` over the width of the block.
        use_scale: divide the products of 'embedded_gaussian' by the root of their length.
        mode: of :class:`mmcv.cnn.NonLocal2d`.
        kwargs: see :class:`FCNHead`, but ``num_convs``.
    """

    def __init__(
        self, reduction: int = 2, use_scale: bool = True, mode: str = 'embedded_gaussian', **kwargs: Any,
    ) -> None:
        super().__init__(num_convs=2, **kwargs)
        self.reduction = reduction
        self.use_scale = use_scale
        self.mode = mode
        self.nl_block = NonLocal2d(
            self.channels, reduction=reduction, use_scale=use_scale, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg,
            mode=mode)

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        first, second = self.convs
        return second(self.nl_block(first(x)))
