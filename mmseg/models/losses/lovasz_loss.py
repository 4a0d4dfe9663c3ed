"""Lovász losses: convex surrogates of the intersection over union."""

from typing import Any

import torch
import torch.nn.functional as F

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


def lovasz_grad(gt_sorted: torch.Tensor) -> torch.Tensor:
    """Gradient of the Lovász extension of the Jaccard loss (algorithm 1 of the paper).

    Args:
        gt_sorted: (..., P) 0 and 1, in the order of falling errors.

    Returns:
        (..., P).
    """
    total = gt_sorted.sum(-1, keepdim=True)
    intersection = total - gt_sorted.cumsum(-1)
    union = total + (1 - gt_sorted).cumsum(-1)
    jaccard = 1 - intersection / union
    return torch.cat([jaccard[..., :1], jaccard.diff(dim=-1)], dim=-1)


def _extension(errors: torch.Tensor, foreground: torch.Tensor) -> torch.Tensor:
    """Lovász extension of each row: errors (..., P) with foreground (..., P) to (...)."""
    errors, order = errors.sort(dim=-1, descending=True)
    return (F.relu(errors) * lovasz_grad(foreground.gather(-1, order))).sum(-1)


def lovasz_hinge(logits: torch.Tensor, labels: torch.Tensor, ignore_index: int | None = 255) -> torch.Tensor:
    """Binary Lovász hinge loss of logits (...) for labels 0 and 1 of the same number, over all pixels together."""
    logits, labels = logits.flatten(), labels.flatten()
    valid = labelled(labels, ignore_index)
    logits, labels = logits[valid], labels[valid].to(logits.dtype)
    return _extension(1 - logits * (2 * labels - 1), labels) if len(labels) else logits.sum()


def lovasz_softmax(
    probs: torch.Tensor,
    labels: torch.Tensor,
    classes: str | list[int] = 'present',
    class_weight: torch.Tensor | None = None,
    ignore_index: int | None = 255,
) -> torch.Tensor:
    """Lovász-Softmax loss over all pixels together.

    Args:
        probs: (N, K, H, W) probabilities.
        labels: (N, H, W) class indices.
        classes: over which classes to average: 'all', 'present' (in the labels), or their indices.
        class_weight: (K,).
        ignore_index: label to leave out; None for none.
    """
    probs, labels = probs.movedim(1, 0).flatten(1), labels.flatten()  # (K, P), (P,)
    if ignore_index is not None:
        valid = labelled(labels, ignore_index)
        probs, labels = probs[:, valid], labels[valid]
    if not len(labels):
        return probs.sum()
    chosen = torch.arange(len(probs), device=probs.device)
    if not isinstance(classes, str):
        chosen = chosen[classes]
    foreground = (labels == chosen[:, None]).to(probs.dtype)
    loss = _extension((foreground - probs[chosen]).abs(), foreground)  # one per class
    if class_weight is not None:
        loss = loss * class_weight[chosen]
    if classes != 'present':
        return loss.mean()
    present = foreground.any(-1)
    return (loss * present).sum() / present.sum()


@LOSSES.register_module()
class LovaszLoss(NamedLoss):
    """https://arxiv.org/abs/1705.08790.

    Args:
        loss_type: 'multi_class' (Lovász-Softmax) or 'binary' (Lovász hinge).
        classes: as of :func:`lovasz_softmax`.
        per_image: compute the loss of each image alone, and reduce these, instead of that of the batch.
        reduction: 'none', 'mean' or 'sum' over the images; must be 'none' without ``per_image``.
        class_weight: one weight per class, or a file with them.
        loss_weight: factor of the loss.
        loss_name: key of the loss in the log; those that contain 'loss' are minimized.

    Raises:
        ValueError: an argument is none of these.
    """

    def __init__(
        self,
        loss_type: str = 'multi_class',
        classes: str | list[int] = 'present',
        per_image: bool = False,
        reduction: str = 'mean',
        class_weight: list[float] | str | None = None,
        loss_weight: float = 1.0,
        loss_name: str = 'loss_lovasz',
    ) -> None:
        super().__init__(loss_name)
        if loss_type not in ('binary', 'multi_class'):
            raise ValueError(f"LovaszLoss: loss_type is {loss_type!r}; use 'binary' or 'multi_class'")
        if isinstance(classes, str) and classes not in ('all', 'present'):
            raise ValueError(f"LovaszLoss: classes is {classes!r}; use 'all', 'present' or a list of class indices")
        if not per_image and reduction != 'none':
            raise ValueError("LovaszLoss: without per_image there is nothing to reduce; set reduction='none'")
        self.loss_type = loss_type
        self.classes = classes
        self.per_image = per_image
        self.reduction = reduction
        self.class_weight = get_class_weight(class_weight)
        self.loss_weight = loss_weight
        self.takes_one_channel = loss_type == 'binary'

    def check(self, facts: Facts) -> list[Problem]:
        """Class weights of another number than the logits, classes that there are not, the hinge of several classes."""
        problems = [*check_class_values('class_weight', self.class_weight, facts), *check_reduction(self.reduction)]
        count = facts.logits
        if count is not None and self.loss_type == 'binary' and count > 1:
            problems.append(Problem('loss_type', f"is 'binary', but the head gives {count} channels",
                                    "use 'multi_class', or out_channels=1 in the head of two classes"))
        if count is None or isinstance(self.classes, str):
            return problems
        if not self.classes or any(not isinstance(index, int) or not 0 <= index < count for index in self.classes):
            problems.append(Problem('classes', f'is {self.classes!r} for {count} classes',
                                    f"use 'all', 'present' or a list of indices from 0 to {count - 1}"))
        return problems

    def forward(
        self,
        cls_score: torch.Tensor,
        label: torch.Tensor,
        weight: torch.Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
        ignore_index: int | None = 255,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Loss of logits, (N, K, H, W) or (N, H, W) if binary, for labels (N, H, W); pixel weights have no effect."""
        if self.loss_type == 'binary':
            criterion, options = lovasz_hinge, {}
        else:
            criterion = lovasz_softmax
            cls_score = F.softmax(cls_score, dim=1)
            options = dict(classes=self.classes, class_weight=class_weight_tensor(self.class_weight, cls_score))
        if not self.per_image:
            return self.loss_weight * criterion(cls_score, label, ignore_index=ignore_index, **options)
        losses = [
            criterion(score[None], target[None], ignore_index=ignore_index, **options)
            for score, target in zip(cls_score, label)
        ]
        return self.loss_weight * weight_reduce_loss(
            torch.stack(losses), None, reduction_override or self.reduction, avg_factor
        )
