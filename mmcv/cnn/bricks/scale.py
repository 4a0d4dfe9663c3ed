"""A learnable factor."""

import torch
from torch import nn


class Scale(nn.Module):
    """Multiply by one learnable number.

    Args:
        scale: the number at first.
    """

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale, dtype=torch.float))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Of any shape."""
        return x * self.scale
