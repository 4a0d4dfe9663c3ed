"""Choosing the pixels that a loss looks at."""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import nn

from mmcv.utils import Registry, build_from_cfg
from mmseg.checks import Facts, Problem
from mmseg.models.losses.weighting import labelled


class BasePixelSampler(ABC):
    """Decides which pixels of a batch take part in the loss."""

    @abstractmethod
    def sample(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> torch.Tensor:
        """Weigh pixels.

        Args:
            seg_logit: (N, K, H, W).
            seg_label: (N, 1, H, W) class indices.

        Returns:
            (N, H, W) weights.
        """


PIXEL_SAMPLERS = Registry('pixel sampler', base=BasePixelSampler, folder='mmseg.models.decode_heads')


def build_pixel_sampler(cfg: dict, **default_args: Any) -> BasePixelSampler:
    """Build the sampler of a head, for example of ``dict(type='OHEMPixelSampler', thresh=0.7)``."""
    return build_from_cfg(cfg, PIXEL_SAMPLERS, default_args)


@PIXEL_SAMPLERS.register_module()
class OHEMPixelSampler(BasePixelSampler):
    """Keep the pixels that the model finds hard (https://arxiv.org/abs/1604.03540).

    Args:
        context: the head: its ``ignore_index`` and, without ``thresh``, its ``loss_decode`` are used.
        thresh: keep the pixels whose probability of the right class is below this, 0 ... 1, and at least about
            ``min_kept`` per image. Without it the ``min_kept`` pixels per image of largest loss are kept.
        min_kept: pixels per image to keep, counted over the batch.
    """

    def __init__(self, context: nn.Module, thresh: float | None = None, min_kept: int = 100000) -> None:
        if min_kept <= 1:
            raise ValueError(f'OHEMPixelSampler: min_kept is {min_kept}; it counts pixels and must be above 1')
        self.context = context
        self.thresh = thresh
        self.min_kept = min_kept

    def check(self, facts: Facts) -> list[Problem]:
        """A threshold that is no probability."""
        if self.thresh is None or 0 < self.thresh <= 1:
            return []
        return [Problem('thresh', f'is {self.thresh}', 'use a probability, above 0 and up to 1, such as 0.7')]

    @torch.no_grad()
    def sample(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> torch.Tensor:
        """Weights (N, H, W): 1 for the pixels to learn from, 0 for the easy and the ignored ones."""
        label = seg_label.squeeze(1).long()
        valid = labelled(label, self.context.ignore_index)
        choose = self._costly if self.thresh is None else self._unsure
        return (choose(seg_logit, label, valid) & valid).to(seg_logit.dtype)

    def _unsure(self, logit: torch.Tensor, label: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """Probability of the right class below the threshold, or below that of the min_kept-th least sure pixel."""
        target = label.where(valid, 0)
        if logit.shape[1] == 1:  # the logit of class 1 against class 0
            prob = (logit[:, 0] * (2 * target - 1)).sigmoid()
        else:
            prob = logit.softmax(dim=1).gather(1, target[:, None])[:, 0]
        ascending = prob.masked_fill(~valid, torch.inf).flatten().sort().values
        # All on the device: how many pixels are valid is not known on the host.
        index = (valid.sum() - 1).clamp(0, self.min_kept * len(label))
        return prob < ascending.take(index).clamp(min=self.thresh)

    def _costly(self, logit: torch.Tensor, label: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """The pixels of largest loss."""
        losses = self.context.loss_decode
        total = torch.zeros_like(label, dtype=logit.dtype)
        for loss in losses if isinstance(losses, nn.ModuleList) else [losses]:
            value = loss(
                logit, label, weight=None, ignore_index=self.context.ignore_index, reduction_override='none'
            )
            total = total + (value.sum(1) if value.dim() == 4 else value)  # a sigmoid loss has one value per class
        flat = total.masked_fill(~valid, -torch.inf).flatten()
        chosen = flat.topk(min(self.min_kept * len(label), flat.numel()), sorted=False).indices
        return torch.zeros_like(flat, dtype=torch.bool).index_fill(0, chosen, True).view_as(label)
