"""The head of GCNet."""

from collections.abc import Sequence
from typing import Any

import torch

from mmcv.cnn import ContextBlock
from mmseg.models.builder import HEADS

from .fcn_head import FCNHead


@HEADS.register_module()
class GCHead(FCNHead):
    """A global context block (https://arxiv.org/abs/1904.11492) between two convolutions.

    Args:
        ratio: width of the block relative to ``channels``.
        pooling_type, fusion_types: of :class:`mmcv.cnn.ContextBlock`.
        kwargs: see :class:`FCNHead`, but ``num_convs``.
    """

    def __init__(
        self, ratio: float = 1 / 4, pooling_type: str = 'att', fusion_types: Sequence[str] = ('channel_add',),
        **kwargs: Any,
    ) -> None:
        super().__init__(num_convs=2, **kwargs)
        self.ratio = ratio
        self.pooling_type = pooling_type
        self.fusion_types = fusion_types
        self.gc_block = ContextBlock(self.channels, ratio, pooling_type, fusion_types)

    def _convolve(self, x: torch.Tensor) -> torch.Tensor:
        first, second = self.convs
        return second(self.gc_block(first(x)))
