"""Heads that refine the logits of the head before them."""

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence

import torch

from .decode_head import BaseDecodeHead


class BaseCascadeDecodeHead(BaseDecodeHead, metaclass=ABCMeta):
    """Base of the later heads of a :class:`~mmseg.models.CascadeEncoderDecoder`."""

    @abstractmethod
    def forward(self, inputs: Sequence[torch.Tensor], prev_output: torch.Tensor) -> torch.Tensor:
        """Feature maps and the logits of the previous head to logits."""

    def forward_train(
        self,
        inputs: Sequence[torch.Tensor],
        prev_output: torch.Tensor,
        img_metas: list[dict],
        gt_semantic_seg: torch.Tensor,
        train_cfg: dict,
    ) -> dict[str, torch.Tensor]:
        """Losses for the labels (N, 1, H, W)."""
        return self.losses(self(inputs, prev_output), gt_semantic_seg)

    def forward_test(
        self, inputs: Sequence[torch.Tensor], prev_output: torch.Tensor, img_metas: list[dict], test_cfg: dict
    ) -> torch.Tensor:
        """Logits (N, out_channels, h, w)."""
        return self.forward(inputs, prev_output)
