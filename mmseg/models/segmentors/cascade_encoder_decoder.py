"""Segmentors whose heads refine one another."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from mmseg.models.builder import SEGMENTORS

from .base_segmentor import add_prefix
from .encoder_decoder import EncoderDecoder, checked_head


@SEGMENTORS.register_module()
class CascadeEncoderDecoder(EncoderDecoder):
    """An :class:`EncoderDecoder` with several decode heads, each of which gets the logits of the one before.

    Args:
        num_stages: number of decode heads.
        decode_head: a config for each.
        kwargs: see :class:`EncoderDecoder`.
    """

    def __init__(self, num_stages: int, decode_head: list[dict], **kwargs: Any) -> None:
        if not isinstance(decode_head, (list, tuple)) or len(decode_head) != num_stages:
            raise ValueError(f'decode_head must be a list of num_stages={num_stages} configs')
        self.num_stages = num_stages
        super().__init__(decode_head=decode_head, **kwargs)

    def _init_decode_head(self, decode_head: list[dict]) -> None:
        self.decode_head = nn.ModuleList(checked_head(cfg) for cfg in decode_head)
        self._describe(self.decode_head[-1])

    def _decode_head_forward_test(self, x: Sequence[torch.Tensor], img_metas: list[dict] | None) -> torch.Tensor:
        first, *rest = self.decode_head
        out = first.forward_test(x, img_metas, self.test_cfg)
        for head in rest:
            out = head.forward_test(x, out, img_metas, self.test_cfg)
        return out

    def _decode_head_forward_train(
        self, x: Sequence[torch.Tensor], img_metas: list[dict], gt_semantic_seg: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        losses = {}
        previous: tuple[torch.Tensor, ...] = ()  # the first head has none
        for i, head in enumerate(self.decode_head):
            if i:
                # A pass of its own, as the training pass of a head returns its losses and not its logits.
                previous = (self.decode_head[i - 1].forward_test(x, *previous, img_metas, self.test_cfg),)
            loss = head.forward_train(x, *previous, img_metas, gt_semantic_seg, self.train_cfg)
            losses.update(add_prefix(loss, f'decode_{i}'))
        return losses
