"""The filters of PNG in plain PyTorch, pixel by pixel."""

import torch
from torch import Tensor


def png_unfilter(filtered: Tensor, height: int, channels: int) -> Tensor:
    """See :func:`mmcv.ops.png_unfilter`."""
    rows, width = filtered.shape[0], (filtered.shape[1] - 1) // channels
    image = filtered.new_zeros((height, width, channels), dtype=torch.int64)
    above = image.new_zeros((width, channels))
    pixels = filtered[:, 1:].reshape(rows, width, channels)
    for row, (kind, differences) in enumerate(zip(filtered[:, 0].tolist(), pixels)):
        left = corner = image.new_zeros(channels)
        for x, difference in enumerate(differences.flip(-1).long()):
            left = image[row, x] = (difference + _predicted(kind, left, above[x], corner)) % 256
            corner = above[x]
        above = image[row]
    return image.to(torch.uint8)


def _predicted(kind: int, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    if kind < 4:
        return (torch.zeros_like(a), a, b, (a + b) // 2)[kind]
    candidates = torch.stack((a, b, c))
    distances = (candidates - (a + b - c)).abs().tolist()
    nearest = [min(range(3), key=lambda i, column=column: column[i]) for column in zip(*distances)]
    return candidates.gather(0, torch.tensor([nearest], device=a.device))[0]
