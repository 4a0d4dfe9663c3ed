"""K-Net for semantic segmentation (https://arxiv.org/abs/2106.14855)."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import nn

from mmseg.checks import Facts, Problem, check_part
from mmseg.models.builder import HEADS, build_head

from .decode_head import BaseDecodeHead
from .kernel_update_head import KernelUpdateHead
from .kernel_updator import KernelUpdator

__all__ = ['IterativeDecodeHead', 'KernelUpdateHead', 'KernelUpdator']


@runtime_checkable
class GivesFeatures(Protocol):
    """A head whose classifier, a 1x1 convolution, comes after everything else."""

    conv_seg: nn.Conv2d

    def _forward_feature(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor: ...


@HEADS.register_module()
class IterativeDecodeHead(BaseDecodeHead):
    """The classifier's weights of a head become kernels that adapt to the image, stage by stage.

    What is said of the head (classes, inputs, ignored label, resizing) is that of ``kernel_generate_head``, which also
    has the losses: in training they are taken of the logits of every stage.

    Args:
        num_stages: how many stages.
        kernel_generate_head: config of the head whose map and classifier are taken.
        kernel_update_head: configs of the stages.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: there are not ``num_stages`` stages, or the heads do not fit together.
    """

    def __init__(
        self,
        num_stages: int,
        kernel_generate_head: dict,
        kernel_update_head: Sequence[dict],
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super(BaseDecodeHead, self).__init__(init_cfg)  # inputs, classifier and losses are another head's
        if num_stages != len(kernel_update_head):
            raise ValueError(f'IterativeDecodeHead: num_stages is {num_stages}, kernel_update_head has '
                             f'{len(kernel_update_head)} configs; there has to be one per stage')
        self.num_stages = num_stages
        self.kernel_generate_head = head = build_head(kernel_generate_head)
        if not isinstance(head, GivesFeatures):
            raise ValueError(f'IterativeDecodeHead: {type(head).__name__} has no map before its classifier; use '
                             "another kernel_generate_head, 'UPerHead' for example")
        self.in_channels, self.in_index, self.input_transform = head.in_channels, head.in_index, head.input_transform
        self.channels = head.channels
        self.num_classes, self.out_channels, self.threshold = head.num_classes, head.out_channels, head.threshold
        self.ignore_index, self.align_corners = head.ignore_index, head.align_corners
        self.fused = head.fused
        self.fp16_enabled = False
        # In a plain list nobody asks the stages to initialize: published numbers are of torch's own first weights.
        self.kernel_update_head = nn.ModuleList(build_head(cfg) for cfg in kernel_update_head)
        for i, stage in enumerate(self.kernel_update_head):
            if stage.in_channels != head.channels:
                raise ValueError(f'IterativeDecodeHead: in_channels of kernel_update_head[{i}] is {stage.in_channels}; '
                                 f'it has to be channels of kernel_generate_head, {head.channels}')

    def check(self, facts: Facts) -> list[Problem]:
        """What the head whose map is taken finds."""
        return check_part(self.kernel_generate_head, facts, 'kernel_generate_head')

    def check_losses(self) -> None:
        """See :meth:`BaseDecodeHead.check_losses`."""
        self.kernel_generate_head.check_losses()

    def _stages(self, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The logits of the first head and of each stage, (N, num_classes, h, w)."""
        head = self.kernel_generate_head
        x = head._forward_feature(inputs)
        logits = [head.cls_seg(x)]
        kernels = head.conv_seg.weight.repeat(x.shape[0], 1, 1, 1, 1)
        for stage in self.kernel_update_head:
            masks, kernels = stage(x, kernels, logits[-1])
            logits.append(masks)
        return logits

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor | list[torch.Tensor]:
        """Feature maps to logits (N, num_classes, h, w): in training a list, those of every stage."""
        logits = self._stages(inputs)
        return logits if self.training else logits[-1]

    def forward_train(
        self, inputs: Sequence[torch.Tensor], img_metas: list[dict], gt_semantic_seg: torch.Tensor, train_cfg: dict
    ) -> dict[str, torch.Tensor]:
        """Losses of all stages for the labels (N, 1, H, W)."""
        return self.losses(self._stages(inputs), gt_semantic_seg)

    def forward_test(self, inputs: Sequence[torch.Tensor], img_metas: list[dict], test_cfg: dict) -> torch.Tensor:
        """Logits (N, num_classes, h, w) of the last stage."""
        return self._stages(inputs)[-1]

    def losses(self, seg_logit: Sequence[torch.Tensor], seg_label: torch.Tensor) -> dict[str, torch.Tensor]:
        """Those of ``kernel_generate_head`` for the logits of each stage i, as 'loss_ce.s<i>' for example."""
        return {
            f'{name}.s{i}': value
            for i, logits in enumerate(seg_logit)
            for name, value in self.kernel_generate_head.losses(logits, seg_label).items()}
