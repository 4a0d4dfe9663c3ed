"""Criss-cross attention in plain PyTorch, as batched matrix products."""

import torch
from torch import Tensor


def ca_weight(query: Tensor, key: Tensor) -> Tensor:
    """See :func:`mmcv.ops.ca_weight`."""
    row = torch.einsum('nchw,nchi->nihw', query, key)
    column = torch.einsum('nchw,ncjw->njhw', query, key)
    return torch.cat([row, column.gather(1, _others(column))], 1).contiguous()


def ca_map(weight: Tensor, value: Tensor) -> Tensor:
    """See :func:`mmcv.ops.ca_map`."""
    height, width = value.shape[2:]
    row, column = weight.split([width, height - 1], 1)
    full = weight.new_zeros(weight.size(0), height, height, width)
    full = full.scatter(1, _others(full), column)
    out = torch.einsum('nihw,nchi->nchw', row, value) + torch.einsum('njhw,ncjw->nchw', full, value)
    return out.contiguous()


def _others(column: Tensor) -> Tensor:
    """Of (N, H, H, W): the H - 1 other rows of the column of each pixel, as indices along dimension 1."""
    samples, height, _, width = column.shape
    other, own = torch.arange(height - 1, device=column.device), torch.arange(height, device=column.device)
    index = other[:, None] + (other[:, None] >= own)
    return index[..., None].expand(samples, -1, -1, width)
