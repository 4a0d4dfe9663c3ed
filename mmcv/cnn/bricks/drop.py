"""Layers that drop: single values, or a residual branch for a whole sample."""

import torch
from torch import nn

from mmcv.utils import build_from_cfg

from .registry import DROPOUT_LAYERS


def drop_path(x: torch.Tensor, drop_prob: float = 0.0, training: bool = False) -> torch.Tensor:
    """Set whole samples to zero (stochastic depth, https://arxiv.org/abs/1603.09382).

    Args:
        x: (N, ...), the output of a residual branch.
        drop_prob: how likely a sample is dropped; those that stay are divided by 1 - ``drop_prob``.
        training: nothing is dropped otherwise.
    """
    if drop_prob == 0 or not training:
        return x
    keep_prob = 1 - drop_prob
    # The draws of mmcv 1.x: with one seed the same samples are dropped.
    draws = torch.rand((x.shape[0],) + (1,) * (x.dim() - 1), dtype=x.dtype, device=x.device)
    kept = (draws + keep_prob).floor()
    return x * (kept / keep_prob if keep_prob else kept)


@DROPOUT_LAYERS.register_module()
class DropPath(nn.Module):
    """:func:`drop_path` as a module.

    Args:
        drop_prob: how likely a sample is dropped, 0 to 1.

    Raises:
        ValueError: if it is no probability.
    """

    def __init__(self, drop_prob: float = 0.1) -> None:
        super().__init__()
        if not 0 <= drop_prob <= 1:
            raise ValueError(f'DropPath: drop_prob is {drop_prob}; it has to be a probability, 0 to 1')
        self.drop_prob = drop_prob

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return drop_path(x, self.drop_prob, self.training)

    def extra_repr(self) -> str:
        return f'drop_prob={self.drop_prob}'


@DROPOUT_LAYERS.register_module()
class Dropout(nn.Dropout):
    """``nn.Dropout`` whose probability is called ``drop_prob``, as that of :class:`DropPath`.

    With one seed it drops the same values. For backward it keeps on a CPU, too, whether a value stays, not by how much
    it was multiplied: a quarter of the memory.
    """

    def __init__(self, drop_prob: float = 0.5, inplace: bool = False) -> None:
        super().__init__(p=drop_prob, inplace=inplace)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Value by value."""
        if self.training and 0 < self.p < 1 and not self.inplace:
            return torch.native_dropout(x, self.p, True)[0]
        return super().forward(x)


def build_dropout(cfg: dict, default_args: dict | None = None) -> nn.Module:
    """Build a dropout layer, for example of ``dict(type='DropPath', drop_prob=0.1)``."""
    return build_from_cfg(cfg, DROPOUT_LAYERS, default_args)
