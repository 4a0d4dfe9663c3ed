"""The head of CCNet."""

from typing import Any

import torch

from mmcv.ops import CrissCrossAttention
from mmseg.models.builder import HEADS

from .fcn_head import FCNHead


@HEADS.register_module()
class CCHead(FCNHead):
    """Criss-cross attention (https://arxiv.org/abs/1811.11721), several times, between two convolutions.

    Args:
        recurrence: how many times; after two every cell has seen all others.
        kwargs: see :class:`FCNHead`, but ``num_convs``.
    """

    def __init__(self, recurrence: int = 2, **kwargs: Any) -> None:
        super().__init__(num_convs=2, **kwargs)
        self.recurrence = recurrence
        self.cca = CrissCrossAttention(self.channels)

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        first, second = self.convs
        x = first(x)
        for _ in range(self.recurrence):
            x = self.cca(x)
        return second(x)
