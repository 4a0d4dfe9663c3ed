"""Point-wise spatial attention in plain PyTorch."""

import torch
from torch import Tensor


def psamask(input: Tensor, psa_type: int, mask_height: int, mask_width: int) -> Tensor:
    """See :func:`mmcv.ops.psamask`; ``psa_type`` is 0 to collect and 1 to distribute."""
    samples, _, height, width = input.shape
    y, x = (torch.arange(size, device=input.device) for size in (height, width))
    masks = input.reshape(samples, mask_height, mask_width, height, width)
    dense = _pick(masks, y[:, None] - y + (mask_height - 1) // 2, x[:, None] - x + (mask_width - 1) // 2)
    if psa_type == 1:
        dense = dense.permute(0, 3, 4, 1, 2)
    return dense.reshape(samples, height * width, height, width).contiguous()


def psamask_backward(grad: Tensor, psa_type: int, mask_height: int, mask_width: int) -> Tensor:
    """Gradient of the masks; ``grad`` is that of the dense map (N, H * W, H, W)."""
    samples, _, height, width = grad.shape
    y, x = (torch.arange(size, device=grad.device) for size in (height, width))
    a, b = (torch.arange(size, device=grad.device)[:, None] for size in (mask_height, mask_width))
    dense = grad.reshape(samples, height, width, height, width)
    if psa_type == 1:
        dense = dense.permute(0, 3, 4, 1, 2)
    masks = _pick(dense, a + y - (mask_height - 1) // 2, b + x - (mask_width - 1) // 2)
    return masks.reshape(samples, mask_height * mask_width, height, width)


def _pick(source: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """``[n, i, j, y, x] = source[n, rows[i, y], columns[j, x], y, x]``, and 0 where that lies outside."""
    y, x = (torch.arange(size, device=source.device) for size in source.shape[3:])
    rows, columns = rows[:, None, :, None], columns[:, None, :]
    inside = (rows >= 0) & (rows < source.size(1)) & (columns >= 0) & (columns < source.size(2))
    rows, columns = rows.clamp(0, max(source.size(1) - 1, 0)), columns.clamp(0, max(source.size(2) - 1, 0))
    return torch.where(inside, source[:, rows, columns, y[:, None], x], 0)
