"""Cross entropy over classes, or a binary one for each class."""

from typing import Any

import torch
import torch.nn.functional as F

from mmcv.ops import upsample_cross_entropy
from mmseg.checks import Facts, Problem
from mmseg.models.builder import LOSSES

from .named_loss import NamedLoss
from .weighting import (
    check_class_values,
    check_reduction,
    class_weight_tensor,
    get_class_weight,
    labelled,
    weight_reduce_loss,
)

_NO_LABEL = torch.iinfo(torch.int64).min


def cross_entropy(
    pred: torch.Tensor,
    label: torch.Tensor,
    weight: torch.Tensor | None = None,
    class_weight: torch.Tensor | None = None,
    reduction: str = 'mean',
    avg_factor: float | None = None,
    ignore_index: int | None = -100,
    avg_non_ignore: bool = False,
) -> torch.Tensor:
    """Cross entropy of the softmax of ``pred``.

    Args:
        pred: (N, K, ...) logits.
        label: (N, ...) class indices.
        weight: (N, ...) weight of each pixel.
        class_weight: (K,). The mean is not divided by the weights' sum.
        reduction: 'none', 'mean' or 'sum'.
        avg_factor: what 'mean' divides by.
        ignore_index: label without a loss; None for none.
        avg_non_ignore: do not count such pixels in the mean.
    """
    ignored = _NO_LABEL if ignore_index is None else ignore_index
    loss = F.cross_entropy(pred, label, class_weight, reduction='none', ignore_index=ignored)
    return _reduce(loss, label, weight, reduction, avg_factor, ignore_index, avg_non_ignore)


def _reduce(
    loss: torch.Tensor, label: torch.Tensor, weight: torch.Tensor | None, reduction: str, avg_factor: float | None,
    ignore_index: int | None, avg_non_ignore: bool,
) -> torch.Tensor:
    if avg_non_ignore and avg_factor is None and reduction == 'mean':
        avg_factor = labelled(label, ignore_index).sum()
    return weight_reduce_loss(loss, weight, reduction, avg_factor)


def binary_cross_entropy(
    pred: torch.Tensor,
    label: torch.Tensor,
    weight: torch.Tensor | None = None,
    reduction: str = 'mean',
    avg_factor: float | None = None,
    class_weight: torch.Tensor | None = None,
    ignore_index: int | None = -100,
    avg_non_ignore: bool = False,
) -> torch.Tensor:
    """Binary cross entropy of the sigmoid of each channel, against whether the label is that class.

    Args:
        pred: (N, K, ...) logits; with one channel it is the logit of label 1 against label 0.
        label: (N, ...) class indices, negative ones ignored; or 0 and 1 in the shape of ``pred``.
        weight: (N, ...) weight of each pixel.
        class_weight: (K,) weight of the positive term of each class, or one per logit in the shape of ``pred``; for
            one channel also the weights of 0 and 1.
        reduction, avg_factor, ignore_index, avg_non_ignore: as of :func:`cross_entropy`.
    """
    one_channel = pred.shape[1] == 1
    if one_channel and pred.dim() != label.dim():
        pred = pred.squeeze(1)
    valid = (label >= 0) & labelled(label, ignore_index)
    if pred.dim() == label.dim():
        target = label.where(valid, 0)
    else:
        classes = torch.arange(pred.shape[1], device=label.device).view(-1, *[1] * (label.dim() - 1))
        target = label[:, None] == classes  # (N, K, ...)
        valid = valid[:, None].expand_as(target)
        weight = None if weight is None else weight[:, None]
    positive = None
    if class_weight is not None and one_channel and class_weight.numel() == 2:
        weight = class_weight[target.long()] * (1 if weight is None else weight)
    elif class_weight is not None:
        # One axis for the classes, wherever they are: (K, 1, 1) for (N, K, H, W).
        positive = class_weight if class_weight.dim() > 1 else class_weight.view(-1, *[1] * max(pred.dim() - 2, 0))
    loss = F.binary_cross_entropy_with_logits(pred, target.to(pred.dtype), pos_weight=positive, reduction='none')
    if avg_non_ignore and avg_factor is None and reduction == 'mean':
        avg_factor = valid.sum()
    return weight_reduce_loss(loss, valid if weight is None else valid * weight, reduction, avg_factor)


def mask_cross_entropy(
    pred: torch.Tensor,
    target: torch.Tensor,
    label: torch.Tensor,
    reduction: str = 'mean',
    avg_factor: None = None,
    class_weight: torch.Tensor | None = None,
    ignore_index: None = None,
    **kwargs: Any,
) -> torch.Tensor:
    """Binary cross entropy of one channel per sample, that of its class.

    Args:
        pred: (N, K, ...) logits.
        target: (N, ...) 0 and 1.
        label: (N,) which channel to look at.
        reduction: must be 'mean'.
        avg_factor, ignore_index: must be left out.
        class_weight: (K,), or None.
        **kwargs: without effect.

    Returns:
        Shape (1,).

    Raises:
        ValueError: another reduction or an ``ignore_index`` is asked for.
    """
    if reduction != 'mean' or avg_factor is not None or ignore_index is not None:
        raise ValueError("CrossEntropyLoss: use_mask=True takes only reduction='mean' and ignore_index=None")
    chosen = pred[torch.arange(len(pred), device=pred.device), label]
    return F.binary_cross_entropy_with_logits(chosen, target, weight=class_weight, reduction='mean')[None]


@LOSSES.register_module()
class CrossEntropyLoss(NamedLoss):
    """Cross entropy.

    Args:
        use_sigmoid: one sigmoid per class instead of a softmax over the classes.
        use_mask: see :func:`mask_cross_entropy`.
        reduction: 'none', 'mean' or 'sum'.
        class_weight: one weight per class, or a file with them.
        loss_weight: factor of the loss.
        loss_name: key of the loss in the log; those that contain 'loss' are minimized.
        avg_non_ignore: divide the mean by the number of pixels that are not ignored, as torch does, and not by all.
    """

    def __init__(
        self,
        use_sigmoid: bool = False,
        use_mask: bool = False,
        reduction: str = 'mean',
        class_weight: list[float] | str | None = None,
        loss_weight: float = 1.0,
        loss_name: str = 'loss_ce',
        avg_non_ignore: bool = False,
    ) -> None:
        super().__init__(loss_name)
        if use_sigmoid and use_mask:
            raise ValueError('CrossEntropyLoss: use_sigmoid and use_mask exclude each other')
        self.use_sigmoid = use_sigmoid
        self.use_mask = use_mask
        self.reduction = reduction
        self.class_weight = get_class_weight(class_weight)
        self.loss_weight = loss_weight
        self.avg_non_ignore = avg_non_ignore
        self.takes_one_channel = use_sigmoid
        self.cls_criterion = (
            binary_cross_entropy if use_sigmoid else mask_cross_entropy if use_mask else cross_entropy
        )

    def extra_repr(self) -> str:
        return f'avg_non_ignore={self.avg_non_ignore}'

    def check(self, facts: Facts) -> list[Problem]:
        """Class weights of another number than the logits, a mask loss in the place of one over pixels."""
        if self.use_mask:
            return [Problem('use_mask', 'is for heads that predict one mask per object', 'leave it out')]
        both = 2 if self.use_sigmoid and facts.logits == 1 else None
        return [*check_class_values('class_weight', self.class_weight, facts, both), *check_reduction(self.reduction)]

    def forward(
        self,
        cls_score: torch.Tensor,
        label: torch.Tensor,
        weight: torch.Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
        ignore_index: int | None = -100,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Loss of logits (N, K, ...) for labels (N, ...); see :func:`cross_entropy` for the rest."""
        return self.loss_weight * self.cls_criterion(
            cls_score,
            label,
            weight,
            class_weight=class_weight_tensor(self.class_weight, cls_score),
            reduction=reduction_override or self.reduction,
            avg_factor=avg_factor,
            avg_non_ignore=self.avg_non_ignore,
            ignore_index=ignore_index,
            **kwargs,
        )

    def can_upsample(self) -> bool:
        """Whether :meth:`over_upsampled` is the same as resizing the logits and calling the module."""
        return type(self) is CrossEntropyLoss and self.cls_criterion is cross_entropy

    def over_upsampled(
        self, cls_score: torch.Tensor, label: torch.Tensor, ignore_index: int | None, align_corners: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss of bilinearly resized logits, which are never made, and how many pixels they get right.

        Args:
            cls_score: (N, K, h, w) logits.
            label: (N, H, W) class indices.
            ignore_index: label without a loss; None for none.
            align_corners: of the resizing.
        """
        class_weight = class_weight_tensor(self.class_weight, cls_score)
        loss, hits = upsample_cross_entropy(cls_score, label, class_weight, ignore_index, align_corners)
        loss = _reduce(loss, label, None, self.reduction, None, ignore_index, self.avg_non_ignore)
        return self.loss_weight * loss, hits
