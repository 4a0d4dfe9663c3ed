"""Segmentors whose heads refine one another."""
import torch
from torch import nn

from mmseg.models.builder import SEGMENTORS, build_head

from .base import add_prefix
from .encoder_decoder import EncoderDecoder


@SEGMENTORS.register_module()
class CascadeEncoderDecoder(EncoderDecoder):
    """An :class:`EncoderDecoder` with several decode heads, each of which gets the logits of the one before.

    Args:
        num_stages: Number of decode heads.
        decode_head: A config for each.
        kwargs: See :class:`EncoderDecoder`.
    """

    def __init__(self, num_stages: int, decode_head: list[dict], **kwargs):
        if not isinstance(decode_head, (list, tuple)) or len(decode_head) != num_stages:
            raise ValueError(f'decode_head must be a list of num_stages={num_stages} configs')
        self.num_stages = num_stages
        super().__init__(decode_head=decode_head, **kwargs)

    def _init_decode_head(self, decode_head):
        self.decode_head = nn.ModuleList(build_head(cfg) for cfg in decode_head)
        self._describe(self.decode_head[-1])

    def _decode_head_forward_test(self, x, img_metas):
        first, *rest = self.decode_head
        out = first.forward_test(x, img_metas, self.test_cfg)
        for head in rest:
            out = head.forward_test(x, out, img_metas, self.test_cfg)
        return out

    def _decode_head_forward_train(self, x, img_metas, gt_semantic_seg):
        losses = {}
        previous: tuple[torch.Tensor, ...] = ()  # the first head has none
        for i, head in enumerate(self.decode_head):
            if i:
                # A pass of its own, as the training pass of a head returns its losses and not its logits.
                previous = (self.decode_head[i - 1].forward_test(x, *previous, img_metas, self.test_cfg),)
            loss = head.forward_train(x, *previous, img_metas, gt_semantic_seg, self.train_cfg)
            losses.update(add_prefix(loss, f'decode_{i}'))
        return losses
