"""Tversky loss."""

import math
from typing import Any

import torch

from mmseg.checks import Facts, Problem
from mmseg.models.builder import LOSSES

from .dice_loss import mean_over_classes
from .named_loss import NamedLoss
from .weighting import (
    check_class_values,
    class_weight_tensor,
    get_class_weight,
    labelled,
    one_hot_classes,
    weighted_loss,
)


@weighted_loss
def tversky_loss(
    pred: torch.Tensor,
    target: torch.Tensor,
    valid_mask: torch.Tensor,
    alpha: float = 0.3,
    beta: float = 0.7,
    smooth: float = 1,
    class_weight: torch.Tensor | None = None,
    ignore_index: int | None = 255,
) -> torch.Tensor:
    """One minus the Tversky index of each class and image, averaged over images, then over classes.

    Args:
        pred: (N, K, ...) probabilities.
        target: (N, K, ...) one-hot labels.
        valid_mask: (N, ...), 0 where the label is ignored.
        alpha: cost of false positives.
        beta: cost of false negatives.
        smooth: added to both sides of the fraction.
        class_weight: (K,).
        ignore_index: class to leave out; None for none.
    """
    valid = valid_mask[:, None]
    hit = (pred * target * valid).flatten(2).sum(-1)
    false_positive = (pred * (1 - target) * valid).flatten(2).sum(-1)
    false_negative = ((1 - pred) * target * valid).flatten(2).sum(-1)
    index = (hit + smooth) / (hit + alpha * false_positive + beta * false_negative + smooth)
    return mean_over_classes(1 - index, class_weight, ignore_index)


@LOSSES.register_module()
class TverskyLoss(NamedLoss):
    """Dice with unequal costs, https://arxiv.org/abs/1706.05721, over the softmax of the logits.

    Args:
        smooth, alpha, beta: as of :func:`tversky_loss`; alpha and beta add up to 1.
        ignore_index: None for that of the head.
        class_weight: one weight per class, or a file with them.
        loss_weight: factor of the loss.
        loss_name: key of the loss in the log; those that contain 'loss' are minimized.

    Raises:
        ValueError: alpha + beta is not 1.
    """

    takes_one_channel = False

    def __init__(
        self,
        smooth: float = 1,
        class_weight: list[float] | str | None = None,
        loss_weight: float = 1.0,
        ignore_index: int | None = None,
        alpha: float = 0.3,
        beta: float = 0.7,
        loss_name: str = 'loss_tversky',
    ) -> None:
        super().__init__(loss_name)
        if not math.isclose(alpha + beta, 1):
            raise ValueError(f'TverskyLoss: alpha={alpha} and beta={beta} must add up to 1')
        self.smooth = smooth
        self.class_weight = get_class_weight(class_weight)
        self.loss_weight = loss_weight
        self.ignore_index = ignore_index
        self.alpha = alpha
        self.beta = beta

    def check(self, facts: Facts) -> list[Problem]:
        """Class weights of another number than the logits."""
        return check_class_values('class_weight', self.class_weight, facts)

    def forward(
        self, pred: torch.Tensor, target: torch.Tensor, ignore_index: int | None = 255, **kwargs: Any
    ) -> torch.Tensor:
        """Loss of logits (N, K, ...) for labels (N, ...); pixel weights have no effect.

        ``ignore_index`` is that of the head, and counts where the loss has none of its own.
        """
        ignored = ignore_index if self.ignore_index is None else self.ignore_index
        return self.loss_weight * tversky_loss(
            pred.softmax(dim=1),
            one_hot_classes(target, pred),
            valid_mask=labelled(target, ignored),
            alpha=self.alpha,
            beta=self.beta,
            smooth=self.smooth,
            class_weight=class_weight_tensor(self.class_weight, pred),
            ignore_index=ignored,
        )
