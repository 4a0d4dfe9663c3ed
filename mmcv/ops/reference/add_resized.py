"""A map plus resized ones in plain PyTorch."""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor


def add_resized(x: Tensor, maps: Iterable[Tensor], align_corners: bool) -> Tensor:
    """See :func:`mmcv.ops.add_resized`."""
    for map in maps:
        x = x + F.interpolate(map, x.shape[2:], mode='bilinear', align_corners=align_corners)
    return x.contiguous(memory_format=torch.channels_last)
