"""Focal loss."""

from numbers import Real
from typing import Any

import torch
import torch.nn.functional as F

from mmcv.ops import sigmoid_focal_loss
from mmseg.checks import Facts, Problem
from mmseg.models.builder import LOSSES

from .named_loss import NamedLoss
from .weighting import check_class_values, class_weight_tensor, get_class_weight, labelled, weight_reduce_loss

_ARGUMENTS = {
    'gamma': (Real, 'a number'),
    'loss_weight': (Real, 'a number'),
    'alpha': ((Real, list, tuple), 'a number, or a list of one per class'),
    'class_weight': ((list, tuple, str, type(None)), 'a list of one number per class, or a file with them'),
    'loss_name': (str, 'a name'),
}


@LOSSES.register_module()
class FocalLoss(NamedLoss):
    """Binary cross entropy per class that gives easy pixels little weight, https://arxiv.org/abs/1708.02002.

    Args:
        use_sigmoid: must be true.
        gamma: how quickly the weight falls as a pixel gets easier.
        alpha: weight of the positive term, 0 ... 1, that of the negative one being 1 - alpha; or one number per class.
        reduction: 'none', 'mean' (over pixels and classes) or 'sum'.
        class_weight: one weight per class, or a file with them.
        loss_weight: factor of the loss.
        loss_name: key of the loss in the log; those that contain 'loss' are minimized.

    Raises:
        ValueError: one of them is nothing of that kind.
    """

    takes_one_channel = False

    def __init__(
        self,
        use_sigmoid: bool = True,
        gamma: float = 2.0,
        alpha: float | list[float] = 0.5,
        reduction: str = 'mean',
        class_weight: list[float] | str | None = None,
        loss_weight: float = 1.0,
        loss_name: str = 'loss_focal',
    ) -> None:
        super().__init__(loss_name)
        if use_sigmoid is not True:
            raise ValueError('FocalLoss: use_sigmoid has to be True; leave it out')
        if reduction not in ('none', 'mean', 'sum'):
            raise ValueError(f"FocalLoss: reduction is {reduction!r}; use 'none', 'mean' or 'sum'")
        given = {'gamma': gamma, 'loss_weight': loss_weight, 'alpha': alpha, 'class_weight': class_weight,
                 'loss_name': loss_name}
        for name, (kind, meant) in _ARGUMENTS.items():
            if isinstance(given[name], bool) or not isinstance(given[name], kind):
                raise ValueError(f'FocalLoss: {name} is {given[name]!r}; use {meant}')
        self.use_sigmoid = use_sigmoid
        self.gamma = gamma
        self.alpha = alpha
        self.reduction = reduction
        self.class_weight = get_class_weight(class_weight)
        self.loss_weight = loss_weight

    def check(self, facts: Facts) -> list[Problem]:
        """Class weights, or values of ``alpha``, of another number than the logits."""
        return [*check_class_values('class_weight', self.class_weight, facts),
                *check_class_values('alpha', self.alpha, facts)]

    def forward(
        self,
        pred: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
        avg_factor: float | None = None,
        reduction_override: str | None = None,
        ignore_index: int | None = 255,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Loss of logits.

        Args:
            pred: (N, K, ...) logits.
            target: (N, ...) class indices, or (N, K, ...) with 0 and 1.
            weight: (N, ...) or (N * ...,) weight of each pixel, or a weight for each entry of ``pred``, (N, K, ...) or
                (N * ..., K).
            avg_factor: what 'mean' divides by.
            reduction_override: instead of that of the loss.
            ignore_index: label without a loss, None for none; such pixels still count in the mean. Of a target of 0
                and 1 the label of a pixel is the class that it is given to.
            **kwargs: without effect.

        Raises:
            ValueError: the shapes do not fit.
        """
        pixels = pred.shape[:1] + pred.shape[2:]
        if target.shape not in (pred.shape, pixels):
            raise ValueError(f'FocalLoss: logits {tuple(pred.shape)} and target {tuple(target.shape)} do not fit')
        rows = pred.movedim(1, -1)  # (N, ..., K)
        if target.shape == pixels:
            valid = labelled(target, ignore_index)[..., None]
            target = target.where(valid[..., 0], 0).long()
        else:
            target = target.movedim(1, -1)
            valid = labelled(target.argmax(dim=-1, keepdim=True), ignore_index)
        scale = valid.to(pred.dtype)
        if weight is not None:
            if weight.shape == pred.shape:
                scale = scale * weight.movedim(1, -1)
            else:
                scale = scale * weight.reshape(*pixels, pred.shape[1] if weight.numel() == pred.numel() else 1)
        if self.class_weight is not None:
            scale = scale * class_weight_tensor(self.class_weight, pred)
        loss = self._elementwise(rows, target)
        loss = weight_reduce_loss(loss, scale, reduction_override or self.reduction, avg_factor)
        return self.loss_weight * (loss.movedim(-1, 1) if loss.dim() > 1 else loss)

    def _elementwise(self, logit: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Losses (N, ..., K); target (N, ...) classes, or (N, ..., K) with 0 and 1."""
        if target.dim() < logit.dim() and isinstance(self.alpha, int | float):
            rows = logit.flatten(0, -2)
            return sigmoid_focal_loss(rows, target.flatten(), self.gamma, self.alpha, reduction='none').view_as(logit)
        if target.dim() < logit.dim():
            target = F.one_hot(target, logit.shape[-1])
        target = target.to(logit.dtype)
        alpha = logit.new_tensor(self.alpha)
        prob = logit.sigmoid()
        miss = (1 - prob) * target + prob * (1 - target)
        balance = alpha * target + (1 - alpha) * (1 - target)
        return F.binary_cross_entropy_with_logits(logit, target, reduction='none') * balance * miss.pow(self.gamma)
