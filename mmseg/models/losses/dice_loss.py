"""Dice loss."""

from typing import Any

import torch

from mmcv.utils.methods import passes_over_unknown
from mmseg.checks import Facts, Problem
from mmseg.models.builder import LOSSES

from .named_loss import NamedLoss
from .weighting import (
    check_class_values,
    check_reduction,
    class_weight_tensor,
    get_class_weight,
    labelled,
    one_hot_classes,
    weighted_loss,
)


@weighted_loss
def dice_loss(
    pred: torch.Tensor,
    target: torch.Tensor,
    valid_mask: torch.Tensor,
    smooth: float = 1,
    exponent: float = 2,
    class_weight: torch.Tensor | None = None,
    ignore_index: int | None = 255,
) -> torch.Tensor:
    """One minus the Dice coefficient of each class and image, averaged over images, then over classes.

    Ignored pixels are left out of the intersection but not of the sizes.

    Args:
        pred: (N, K, ...) probabilities.
        target: (N, K, ...) one-hot labels.
        valid_mask: (N, ...), 0 where the label is ignored.
        smooth: added to both sides of the fraction.
        exponent: of the probabilities in the sizes.
        class_weight: (K,).
        ignore_index: class to leave out; None for none.
    """
    both = (pred * target * valid_mask[:, None]).flatten(2).sum(-1)
    sizes = (pred.pow(exponent) + target.pow(exponent)).flatten(2).sum(-1)
    return mean_over_classes(1 - (2 * both + smooth) / (sizes + smooth), class_weight, ignore_index)


def mean_over_classes(
    loss: torch.Tensor, class_weight: torch.Tensor | None, ignore_index: int | None
) -> torch.Tensor:
    """Mean of (N, K) losses, weighted by class; a class left out still counts in the divisor."""
    loss = loss.mean(0)
    if class_weight is not None:
        loss = loss * class_weight
    if ignore_index is not None and 0 <= ignore_index < len(loss):
        loss = torch.cat([loss[:ignore_index], loss.new_zeros(1), loss[ignore_index + 1 :]])
    return loss.mean()


@LOSSES.register_module()
class DiceLoss(NamedLoss):
    """V-Net's loss, https://arxiv.org/abs/1606.04797, over the softmax of the logits.

    Args:
        smooth, exponent: as of :func:`dice_loss`.
        ignore_index: None for that of the head.
        reduction: of the one number that comes out; kept for old configs.
        class_weight: one weight per class, or a file with them.
        loss_weight: factor of the loss.
        loss_name: key of the loss in the log; those that contain 'loss' are minimized.
    """

    takes_one_channel = False

    @passes_over_unknown
    def __init__(
        self,
        smooth: float = 1,
        exponent: float = 2,
        reduction: str = 'mean',
        class_weight: list[float] | str | None = None,
        loss_weight: float = 1.0,
        ignore_index: int | None = None,
        loss_name: str = 'loss_dice',
    ) -> None:
        super().__init__(loss_name)
        self.smooth = smooth
        self.exponent = exponent
        self.reduction = reduction
        self.class_weight = get_class_weight(class_weight)
        self.loss_weight = loss_weight
        self.ignore_index = ignore_index

    def check(self, facts: Facts) -> list[Problem]:
        """Class weights of another number than the logits."""
        return [*check_class_values('class_weight', self.class_weight, facts), *check_reduction(self.reduction)]

    def forward(
        self,
        pred: torch.Tensor,
        target: torch.Tensor,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
        ignore_index: int | None = 255,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Loss of logits (N, K, ...) for labels (N, ...); pixel weights have no effect.

        ``ignore_index`` is that of the head, and counts where the loss has none of its own.
        """
        ignored = ignore_index if self.ignore_index is None else self.ignore_index
        return self.loss_weight * dice_loss(
            pred.softmax(dim=1),
            one_hot_classes(target, pred),
            valid_mask=labelled(target, ignored),
            reduction=reduction_override or self.reduction,
            avg_factor=avg_factor,
            smooth=self.smooth,
            exponent=self.exponent,
            class_weight=class_weight_tensor(self.class_weight, pred),
            ignore_index=ignored,
        )
