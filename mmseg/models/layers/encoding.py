"""The encoding layer of EncNet."""
import torch
from torch import nn


class Encoding(nn.Module):
    """Describe a map by its residuals from learned codewords (https://arxiv.org/abs/1803.08904).

    Squared distances are multiplied out, |x - c|^2 = |x|^2 - 2 x c + |c|^2, and so are the sums of residuals: the
    residuals themselves, (N, H W, num_codes, C) of them, are never made.

    Args:
        channels: C of the map.
        num_codes: number of codewords.
    """

    def __init__(self, channels: int, num_codes: int) -> None:
        super().__init__()
        self.channels, self.num_codes = channels, num_codes
        bound = (num_codes * channels)**-0.5
        self.codewords = nn.Parameter(torch.empty(num_codes, channels).uniform_(-bound, bound))
        self.scale = nn.Parameter(torch.empty(num_codes).uniform_(-1, 0))

    @staticmethod
    def scaled_l2(x: torch.Tensor, codewords: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Scaled squared distances (N, L, K) of cells (N, L, C) from codewords (K, C)."""
        products = x @ codewords.T
        return scale * (x.square().sum(2, keepdim=True) - 2 * products + codewords.square().sum(1))

    @staticmethod
    def aggregate(assignment_weights: torch.Tensor, x: torch.Tensor, codewords: torch.Tensor) -> torch.Tensor:
        """Weighted sums (N, K, C) of the residuals, with weights (N, L, K)."""
        return assignment_weights.mT @ x - assignment_weights.sum(1)[..., None] * codewords

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, num_codes, C)."""
        if x.dim() != 4 or x.shape[1] != self.channels:
            raise ValueError(f'Encoding: takes maps of {self.channels} channels, not the shape {tuple(x.shape)}')
        cells = x.flatten(2).transpose(1, 2)
        weights = self.scaled_l2(cells, self.codewords, self.scale).softmax(dim=2)
        return self.aggregate(weights, cells, self.codewords)

    def extra_repr(self) -> str:
        return f'Nx{self.channels}xHxW => Nx{self.num_codes}x{self.channels}'
