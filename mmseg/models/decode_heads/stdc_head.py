"""The head that teaches STDC where details are."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.amp import force_fp32
from mmseg.models.builder import HEADS

from .fcn_head import FCNHead


@HEADS.register_module()
class STDCHead(FCNHead):
    """Finds the borders between classes (https://arxiv.org/abs/2104.13188): 1 on a border, 0 elsewhere.

    The Laplacian of the label is taken at full, half and quarter resolution; a weighted sum of the three says what a
    border is. The weights are numbers, as what they give has no gradient.

    Args:
        boundary_threshold: what the Laplacian, and the weighted sum, must exceed on a border.
        kwargs: see :class:`FCNHead`.
    """

    tells_classes = False

    def __init__(self, boundary_threshold: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.boundary_threshold = boundary_threshold
        laplacian = torch.full((1, 1, 3, 3), -1.0)
        laplacian[..., 1, 1] = 8
        self.register_buffer('laplacian_kernel', laplacian)
        weights = torch.tensor([0.6, 0.3, 0.1]).reshape(1, 3, 1, 1)
        self.fusion_kernel = nn.Parameter(weights, requires_grad=False)

    @force_fp32(apply_to=('seg_logit',))
    def losses(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> dict[str, torch.Tensor]:
        """Losses for the borders in a label (N, 1, H, W), see :meth:`BaseDecodeHead.losses`."""
        return super().losses(seg_logit, self.borders(seg_label))

    @torch.no_grad()
    def borders(self, label: torch.Tensor) -> torch.Tensor:
        """Where in labels (N, 1, H, W) classes meet: 0 or 1, (N, 1, H, W) of int64."""
        label = label.to(self.laplacian_kernel)
        size = label.shape[2:]
        levels = [self._laplacian(label, stride) for stride in (1, 2, 4)]
        levels = [F.interpolate(level, size, mode='nearest') if level.shape[2:] != size else level for level in levels]
        return (F.conv2d(torch.cat(levels, dim=1), self.fusion_kernel) > self.boundary_threshold).long()

    def _laplacian(self, label: torch.Tensor, stride: int) -> torch.Tensor:
        edges = F.conv2d(label, self.laplacian_kernel, stride=stride, padding=1)
        return (edges.clamp(min=0) > self.boundary_threshold).to(label.dtype)
