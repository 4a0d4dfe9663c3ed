"""Label map of upsampled logits in plain PyTorch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def upsample_argmax(
    logits: Tensor, height: int, width: int, align_corners: bool, probability: bool
) -> tuple[Tensor, Tensor]:
    """See :func:`mmcv.ops.upsample_argmax`; without ``probability`` the second result has no elements."""
    z = F.interpolate(logits, (height, width), mode='bilinear', align_corners=align_corners)
    label = z.masked_fill(z.isnan(), -torch.inf).argmax(1)
    return label, z.softmax(1).amax(1) if probability else z.new_empty(0)
